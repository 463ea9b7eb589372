# The program's tables are full of addresses (the SQL parser's most of all), each of
# which is put right at every start by an entry of 24 bytes; packed they are some 8 KiB
# instead of 300 (linker and glibc 2.36; elsewhere the program would not start).
include(CheckCSourceRuns)
set(CMAKE_REQUIRED_FLAGS -fPIE)
set(CMAKE_REQUIRED_LINK_OPTIONS -pie -Wl,-z,pack-relative-relocs)
check_c_source_runs("static int n; int *volatile p = &n; int main(void) { return p != &n; }"
  US_PACKS_RELOCATIONS)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(US_PACKS_RELOCATIONS)
  target_link_options(unstick PRIVATE -Wl,-z,pack-relative-relocs)
endif()

# The program carries the small libraries within itself, where their archives are at
# hand: each shared one costs a third of a millisecond and some 200 KiB at every start,
# and a start hook is started often. libpq, libcrypto and libc stay shared: they are
# what security updates are for.
option(US_EMBED_LIBRARIES "Link the small libraries into the program" ON)
if(NOT US_EMBED_LIBRARIES)
  return()
endif()

foreach(name pg_query protobuf-c sqlite3 yaml jansson lua5.4)
  string(MAKE_C_IDENTIFIER ${name} id)
  find_library(US_ARCHIVE_${id} NAMES lib${name}.a)
  mark_as_advanced(US_ARCHIVE_${id})
  if(US_ARCHIVE_${id})
    target_link_libraries(unstick PRIVATE ${US_ARCHIVE_${id}})
  endif()
endforeach()
# What an archive has given is not looked for in the shared library that follows it.
target_link_options(unstick PRIVATE -Wl,--as-needed)
