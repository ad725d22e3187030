; A running Ziggie is asked to leave; its agents go on, and the next start takes them up again. Nothing is ever ended by force.
; electron-builder's own check would end every process whose program lies below the folder, agents that run on it among them.

; Milliseconds. It answers after 30 s at the latest by itself (main/shell/ask-to-quit.ts).
!define ZIGGIE_QUIT_TIMEOUT 45000
!define ZIGGIE_BUSY 2

; Goes on when it has left. What else still runs the program are agents and their helpers: their files are moved aside, not removed.
!macro ziggieAskToQuit
  ${If} ${FileExists} "$INSTDIR\${APP_EXECUTABLE_FILENAME}"
    ${Do}
      nsExec::Exec /TIMEOUT=${ZIGGIE_QUIT_TIMEOUT} '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" --quit'
      Pop $R0 ; 0 it left or did not run, 1 it is still there, "timeout", "error"
      ${If} $R0 == "0"
        ${ExitDo}
      ${EndIf}
      ; A program that could not be asked may be broken; it is in the way only while it runs.
      ClearErrors
      FileOpen $R1 "$INSTDIR\${APP_EXECUTABLE_FILENAME}" a
      ${IfNot} ${Errors}
        FileClose $R1
        ${ExitDo}
      ${EndIf}
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Ziggie is running and did not leave when asked to. Quit it in its tray menu; its agents can go on." /SD IDCANCEL IDRETRY +3
      SetErrorLevel ${ZIGGIE_BUSY}
      Quit
    ${Loop}
    ClearErrors
  ${EndIf}
!macroend

; In: $R0 the exit code of the old version's uninstaller; errors: it could not be started.
!macro ziggieOldIsGone
  ${IfNot} ${Errors}
  ${AndIf} $R0 != 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "The version that is installed could not be replaced ($R0). It is as it was." /SD IDOK
    SetErrorLevel ${ZIGGIE_BUSY}
    Quit
  ${EndIf}
!macroend

; Moved away first, which also works for a program that still runs, and removed there. An update that cannot move all moves nothing.
!macro ziggieRemoveFiles
  CreateDirectory "$PLUGINSDIR\old-install"
  Push ""
  Call un.atomicRMDir
  Pop $R0
  ${If} $R0 != 0
  ${AndIf} ${isUpdated}
    Push ""
    Call un.restoreFiles
    Pop $R0
    SetErrorLevel ${ZIGGIE_BUSY}
    Abort "$INSTDIR is in use."
  ${EndIf}
  SetOutPath $TEMP ; Out of the folder, so that it can be removed.
  RMDir /r $INSTDIR
!macroend
