; What the person has: asked about, and kept unless they say otherwise. A silent uninstall keeps it.

!macro ziggieAskAboutData
  Push $R0
  SetShellVarContext current
  ; electron-builder keeps a copy of the installer here for updates: not data.
  RMDir /r "$LOCALAPPDATA\${APP_PACKAGE_NAME}-updater"
  StrCpy $R0 "keep"
  ${If} ${isDeleteAppData}
    StrCpy $R0 "delete"
  ${ElseIf} ${FileExists} "$LOCALAPPDATA\Ziggie\*.*"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Also delete what your agents left (reports, logs, history and settings) in$\r$\n$LOCALAPPDATA\Ziggie?$\r$\n$\r$\nThis cannot be undone. $\"No$\" keeps it for a later installation." /SD IDNO IDNO +2
    StrCpy $R0 "delete"
  ${EndIf}
  ${If} $R0 == "delete"
    RMDir /r "$LOCALAPPDATA\Ziggie"
    RMDir /r "$APPDATA\Ziggie"
  ${EndIf}
  ${If} $installMode == "all"
    SetShellVarContext all
  ${EndIf}
  Pop $R0
  ClearErrors
!macroend
