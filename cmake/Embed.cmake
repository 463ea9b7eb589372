# us_embed(<target> <header> FILES a.sql b.lua ...): each file becomes a C string
# in a generated header, `static const char us_text_<stem>[]`, so that SQL and Lua
# stay files which psql, luacheck and people can read. The variable's name is the
# path below the calling directory with everything but letters and digits as `_`.
set(US_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/EmbedFile.cmake)
function(us_embed target header)
  cmake_parse_arguments(E "" "BASE" "FILES" ${ARGN})
  if(NOT E_BASE)
    set(E_BASE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/${header})
  set(paths "")
  foreach(f ${E_FILES})
    list(APPEND paths ${E_BASE}/${f})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${E_FILES}" -DBASE=${E_BASE} -DOUT=${out}
      -P ${US_EMBED_SCRIPT}
    DEPENDS ${paths} ${US_EMBED_SCRIPT} VERBATIM)
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
