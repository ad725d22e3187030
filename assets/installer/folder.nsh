; The program gets a folder of its own: an uninstall removes it whole, so nothing else may lie there. A folder with other things in it,
; and the one where the coordinator's data may come to lie, get a folder "Ziggie" within.

!macro ziggieSafeFolder
  Call ziggieSafeFolder
!macroend

!macro ziggieFolderPage
  Page custom ziggieFolderPage
!macroend

!ifndef BUILD_UNINSTALLER
  Function ziggieSafeFolder
    ${If} $INSTDIR == "${ZIGGIE_ROOT_OF_MACHINE}"
    ${OrIf} $INSTDIR == "${ZIGGIE_ROOT_OF_MACHINE}\"
      StrCpy $INSTDIR "${ZIGGIE_ROOT_OF_MACHINE}\Ziggie"
      Return
    ${EndIf}
    ${If} ${FileExists} "$INSTDIR\Ziggie.exe"
    ${OrIf} $INSTDIR == $ziggieOldUser
    ${OrIf} $INSTDIR == $ziggieOldMachine
      Return
    ${EndIf}
    ClearErrors
    FindFirst $R0 $R1 "$INSTDIR\*.*"
    ${DoWhile} $R1 != ""
      ${If} $R1 != "."
      ${AndIf} $R1 != ".."
        StrCpy $INSTDIR "$INSTDIR\Ziggie"
        ${ExitDo}
      ${EndIf}
      FindNext $R0 $R1
    ${Loop}
    FindClose $R0
    ClearErrors
  FunctionEnd

  ; Shows nothing: it only looks at what the page before it was given.
  Function ziggieFolderPage
    Call ziggieSafeFolder
    Abort
  FunctionEnd
!endif
