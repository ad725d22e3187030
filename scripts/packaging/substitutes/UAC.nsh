; In place of the plug-in UAC: whoever runs it is an administrator, and there is nothing to elevate.
!ifndef ZIGGIE_STAND_IN_UAC
!define ZIGGIE_STAND_IN_UAC
!include LogicLib.nsh

!define UAC_IsInnerInstance `"" standInIsInner ""`
!macro _standInIsInner _a _b _t _f
  !insertmacro _== 1 0 `${_t}` `${_f}`
!macroend

!define UAC_IsAdmin `"" standInIsAdmin ""`
!macro _standInIsAdmin _a _b _t _f
  !insertmacro _== 1 1 `${_t}` `${_f}`
!macroend

!macro UAC_RunElevated
  StrCpy $0 1223 ; The person said no.
!macroend
!endif
