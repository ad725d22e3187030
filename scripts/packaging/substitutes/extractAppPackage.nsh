; In place of the plug-in nsis7z: the application's files as they are.
!ifndef ZIGGIE_STAND_IN_extractAppPackage
!define ZIGGIE_STAND_IN_extractAppPackage
!macro extractEmbeddedAppPackage
  File /r "${ZIGGIE_UNPACKED}/*"
!macroend
!endif
