# One interface target carries warnings, hardening and sanitizers.
add_library(strict INTERFACE)
target_compile_options(strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wvla
  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2
  $<$<BOOL:${US_WERROR}>:-Werror>)
target_compile_definitions(strict INTERFACE _GNU_SOURCE
  US_VERSION="${PROJECT_VERSION}")
if(US_SANITIZE)
  # asserts are tests' business, whatever the build type says
  target_compile_options(strict INTERFACE -fsanitize=${US_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer -UNDEBUG)
  target_link_options(strict INTERFACE -fsanitize=${US_SANITIZE})
else()
  target_compile_options(strict INTERFACE -fstack-protector-strong)
  target_compile_definitions(strict INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
  target_link_options(strict INTERFACE -Wl,-z,relro)
endif()
