# What a package holds: the program, its papers, and the definitions that editors read
# beside a project's policies.
install(TARGETS unstick RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md)
install(FILES policies/meta/unstick.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/unstick
  OPTIONAL)
install(FILES packaging/unstick.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES packaging/unstick.bash RENAME unstick
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions OPTIONAL)
