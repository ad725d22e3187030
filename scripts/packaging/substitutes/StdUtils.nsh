; In place of the plug-in StdUtils, in plain NSIS: as much as electron-builder's templates ask of it.
!ifndef ZIGGIE_STAND_IN_StdUtils
!define ZIGGIE_STAND_IN_StdUtils
!include FileFunc.nsh
!include LogicLib.nsh

!define StdUtils.TestParameter '!insertmacro standInTestParameter'
!define StdUtils.GetAllParameters '!insertmacro standInAllParameters'
!define StdUtils.GetParentPath '!insertmacro standInParentPath'
!define StdUtils.ExecShellAsUser '!insertmacro standInExecShell'

!macro standInTestParameter OUT NAME
  Push $0
  Push $1
  ; By jumps: it is used inside conditions of LogicLib, which cannot be nested there.
  StrCpy $0 "$CMDLINE "
  System::Call 'shlwapi::StrStrIW(w r0, w "--${NAME} ") p .r1'
  StrCmp $1 0 0 +2
  System::Call 'shlwapi::StrStrIW(w r0, w "/${NAME} ") p .r1'
  StrCpy $0 "true"
  StrCmp $1 0 0 +2
  StrCpy $0 "false"
  Pop $1
  Exch $0
  Pop ${OUT}
!macroend

; With /D=, which $CMDLINE has lost.
!macro standInAllParameters OUT TRUNCATE
  System::Call 'kernel32::GetCommandLineW() w .s'
  Pop ${OUT}
!macroend

!macro standInParentPath OUT PATH
  ${GetParent} `${PATH}` ${OUT}
!macroend

!macro standInExecShell OUT FILE VERB ARGUMENTS
  ExecShell "${VERB}" "${FILE}" "${ARGUMENTS}"
  StrCpy ${OUT} "ok"
!macroend
!endif
