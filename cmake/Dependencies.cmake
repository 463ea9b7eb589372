# Every library comes as a distribution package, found by its own pkg-config file.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(dep libpq sqlite3 yaml-0.1 jansson libcrypto lua5.4)
  string(REGEX REPLACE "[^a-z0-9]" "_" target ${dep})
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${dep})
endforeach()

# libpg_query ships no pkg-config file.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
add_library(pg_query INTERFACE)
target_include_directories(pg_query SYSTEM INTERFACE ${PG_QUERY_INCLUDE_DIR})
target_link_libraries(pg_query INTERFACE ${PG_QUERY_LIBRARY})
