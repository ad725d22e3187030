; What Ziggie adds to electron-builder's installer. Each concern has a file; this one says when each is called.
; Switches (silent with /S): /ALLUSERS /CURRENTUSER /NOAUTOSTART /PORT=n, and /D=folder as the last one, unquoted.
; What is promised of them stands in docs/packaging.md.

!include LogicLib.nsh
!include FileFunc.nsh
!include WinMessages.nsh
!ifndef BUILD_UNINSTALLER
  ; Folders of the versions that were here before, of this user and of the machine; empty: none.
  Var ziggieOldUser
  Var ziggieOldMachine
!endif

!include "path.nsh"
!include "login.nsh"
!include "port.nsh"
!include "folder.nsh"
!include "running.nsh"
!include "data.nsh"

; Before anything is changed. The registry view is set by now, and in a silent run who it is installed for.
!macro customInit
  ReadRegStr $ziggieOldUser HKCU "${INSTALL_REGISTRY_KEY}" InstallLocation
  ReadRegStr $ziggieOldMachine HKLM "${INSTALL_REGISTRY_KEY}" InstallLocation
  !insertmacro ziggieReadPort
  !insertmacro ziggieSafeFolder
!macroend

!macro customPageAfterChangeDir
  !insertmacro ziggieFolderPage
!macroend

!macro customCheckAppRunning
  !insertmacro ziggieAskToQuit
!macroend

!macro customInstall
  !insertmacro ziggieAddLogin
  !insertmacro ziggieAddToPath
  !insertmacro ziggieWritePort
!macroend

!macro customUnInstallCheck
  !insertmacro ziggieOldIsGone
!macroend

!macro customUnInstallCheckCurrentUser
  !insertmacro ziggieOldIsGone
!macroend

; The old version's uninstaller also runs for an update; what the person set up must outlive that.
!macro customUnInstall
  ${IfNot} ${isUpdated}
    !insertmacro ziggieRemoveLogin
    !insertmacro ziggieRemoveFromPath
    !insertmacro ziggieAskAboutData
  ${EndIf}
!macroend

!macro customRemoveFiles
  !insertmacro ziggieRemoveFiles
!macroend
