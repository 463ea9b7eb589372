# What a package holds: the program, its papers, and the definitions that editors read
# beside a project's policies.
install(TARGETS unstick RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The papers as they lie in the tree, or they would not find each other.
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES bench/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/bench OPTIONAL)
install(FILES policies/meta/unstick.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/unstick
  OPTIONAL)
install(FILES packaging/unstick.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES packaging/unstick.bash RENAME unstick
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions OPTIONAL)
