; /PORT=n: the coordinator's port, written into a new config.json. One that is there belongs to the administrator and is left alone.

!define ZIGGIE_ROOT_OF_MACHINE "C:\Ziggie" ; As in protocol/default-root.ts.
!define ZIGGIE_BAD_SWITCH 87 ; ERROR_INVALID_PARAMETER

!ifndef BUILD_UNINSTALLER
  Var ziggiePort
!endif

; Whatever is wrong with it is said before anything is changed.
!macro ziggieReadPort
  StrCpy $ziggiePort ""
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PORT=" $R1
  ${IfNot} ${Errors}
    IntOp $R2 $R1 + 0
    ${If} $R2 S!= $R1
    ${OrIf} $R2 < 0
    ${OrIf} $R2 > 65535
      MessageBox MB_OK|MB_ICONSTOP "/PORT= takes a number from 0 (any free port) to 65535, and was given as $\"$R1$\". Nothing was changed." /SD IDOK
      SetErrorLevel ${ZIGGIE_BAD_SWITCH}
      Quit
    ${EndIf}
    StrCpy $ziggiePort $R1
    StrCpy $R3 $installMode
    Call ziggieFindRoot
    ${If} ${Silent}
    ${AndIf} $R2 == ""
      MessageBox MB_OK|MB_ICONSTOP "/PORT= with /ALLUSERS needs the folder ${ZIGGIE_ROOT_OF_MACHINE} or ZIGGIE_ROOT: without them each user has a config.json of their own. Nothing was changed." /SD IDOK
      SetErrorLevel ${ZIGGIE_BAD_SWITCH}
      Quit
    ${EndIf}
  ${EndIf}
  ClearErrors
!macroend

!macro ziggieWritePort
  ${If} $ziggiePort != ""
    StrCpy $R3 $installMode
    Call ziggieFindRoot
    ${If} $R2 == ""
      MessageBox MB_OK|MB_ICONEXCLAMATION "The port was not set: installed for all users, each has a config.json of their own." /SD IDOK
    ${ElseIf} ${FileExists} "$R2\config.json"
      DetailPrint "$R2\config.json is there and keeps its port."
    ${Else}
      ClearErrors
      CreateDirectory "$R2"
      FileOpen $R0 "$R2\config.json" w
      FileWrite $R0 '{ "port": $ziggiePort }$\r$\n'
      FileClose $R0
      ${If} ${Errors}
        MessageBox MB_OK|MB_ICONEXCLAMATION "$R2\config.json could not be written; the port is not set." /SD IDOK
      ${EndIf}
    ${EndIf}
  ${EndIf}
  ClearErrors
!macroend

!ifndef BUILD_UNINSTALLER
  ; In: $R3, for whom it is installed; that variable is not declared yet where this is compiled. Out: $R2, the coordinator's root as it will find it; empty: each user has another one.
  Function ziggieFindRoot
    ReadEnvStr $R2 ZIGGIE_ROOT
    ${If} $R2 != ""
      Return
    ${EndIf}
    ${If} ${FileExists} "${ZIGGIE_ROOT_OF_MACHINE}\*.*"
      StrCpy $R2 "${ZIGGIE_ROOT_OF_MACHINE}\agent-deployment"
    ${ElseIf} $R3 != "all"
      StrCpy $R2 "$LOCALAPPDATA\Ziggie\agent-deployment"
    ${EndIf}
  FunctionEnd
!endif
