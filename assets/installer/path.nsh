; The folder of the `ziggie` command on PATH: the user's, or the machine's where it is installed for all.
; Done in memory of the system, not in strings of NSIS: those end at 1,024 characters (8,192 in a special build), and a PATH cut
; there would be lost. The kind of the value is kept, and with it %VARIABLES% of the person.

!define ZIGGIE_USER_ENVIRONMENT "Environment"
!define ZIGGIE_MACHINE_ENVIRONMENT "SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
!define ZIGGIE_HKCU 0x80000001
!define ZIGGIE_HKLM 0x80000002
!define ZIGGIE_READ_WRITE 0x2001B ; KEY_READ | KEY_SET_VALUE
; Characters. Windows itself takes no longer variable.
!define ZIGGIE_LONGEST_PATH 32760

; ACTION: add or remove. Uses $0 to $9 and $R0 to $R9.
!macro ziggiePath ACTION HIVE KEY FOLDER
  StrCpy $0 "${ACTION}"
  StrCpy $1 "${HIVE}"
  StrCpy $2 "${KEY}"
  StrCpy $3 "${FOLDER}"
  !ifdef BUILD_UNINSTALLER
    Call un.ziggieEditPath
  !else
    Call ziggieEditPath
  !endif
!macroend

!macro ziggieAddToPath
  ; Of a version that lay elsewhere, or was another user's choice: its folder is gone.
  ${If} $ziggieOldUser != ""
    ${If} $installMode == "all"
    ${OrIf} $ziggieOldUser != $INSTDIR
      !insertmacro ziggiePath remove ${ZIGGIE_HKCU} "${ZIGGIE_USER_ENVIRONMENT}" "$ziggieOldUser\bin"
    ${EndIf}
  ${EndIf}
  ${If} $installMode == "all"
    ${If} $ziggieOldMachine != ""
    ${AndIf} $ziggieOldMachine != $INSTDIR
      !insertmacro ziggiePath remove ${ZIGGIE_HKLM} "${ZIGGIE_MACHINE_ENVIRONMENT}" "$ziggieOldMachine\bin"
    ${EndIf}
    !insertmacro ziggiePath add ${ZIGGIE_HKLM} "${ZIGGIE_MACHINE_ENVIRONMENT}" "$INSTDIR\bin"
  ${Else}
    !insertmacro ziggiePath add ${ZIGGIE_HKCU} "${ZIGGIE_USER_ENVIRONMENT}" "$INSTDIR\bin"
  ${EndIf}
!macroend

!macro ziggieRemoveFromPath
  ${If} $installMode == "all"
    !insertmacro ziggiePath remove ${ZIGGIE_HKLM} "${ZIGGIE_MACHINE_ENVIRONMENT}" "$INSTDIR\bin"
  ${Else}
    !insertmacro ziggiePath remove ${ZIGGIE_HKCU} "${ZIGGIE_USER_ENVIRONMENT}" "$INSTDIR\bin"
  ${EndIf}
!macroend

; In: $0 action, $1 hive, $2 key, $3 folder.
; $4 the key, $5 result of a call, $6 bytes of the value, $7 its kind; memory: $R4 the value, $R5 it between semicolons, $R8 room.
!macro ziggieEditPathFunction UN
Function ${UN}ziggieEditPath
  System::Call 'advapi32::RegOpenKeyExW(p r1, w r2, i 0, i ${ZIGGIE_READ_WRITE}, *p .r4) i .r5'
  ${If} $5 <> 0
    DetailPrint "PATH could not be opened (error $5) and is left as it is."
    Return
  ${EndIf}
  StrCpy $6 0
  StrCpy $7 0
  System::Call 'advapi32::RegQueryValueExW(p r4, w "Path", p 0, *i .r7, p 0, *i .r6) i .r5'
  ${If} $5 = 2 ; There is none.
    StrCpy $6 0
    StrCpy $7 2
    StrCpy $5 0
  ${EndIf}
  ; Text (1) or text with variables (2); anything else is not ours to judge.
  ${If} $5 <> 0
  ${OrIf} $7 < 1
  ${OrIf} $7 > 2
    DetailPrint "PATH could not be read (error $5, kind $7) and is left as it is."
    System::Call 'advapi32::RegCloseKey(p r4)'
    Return
  ${EndIf}

  ; A folder with a semicolon is one entry only between quotes.
  System::Call 'shlwapi::StrChrW(w r3, i 59) p .R7'
  ${If} $R7 != 0
    StrCpy $3 '"$3"'
  ${EndIf}
  StrLen $R0 $3
  IntOp $R1 $6 + 4096
  System::Call 'kernel32::GlobalAlloc(i 0x40, p R1) p .R4' ; Zeroed.
  System::Call 'kernel32::GlobalAlloc(i 0x40, p R1) p .R5'
  System::Call 'kernel32::GlobalAlloc(i 0x40, p R1) p .R8'
  ${If} $6 > 0
    System::Call 'advapi32::RegQueryValueExW(p r4, w "Path", p 0, p 0, p R4, *i r6r6) i .r5'
  ${EndIf}
  ${If} $5 = 0
    System::Call 'kernel32::lstrcpyW(p R5, w ";")'
    System::Call 'kernel32::lstrcatW(p R5, p R4)'
    System::Call 'kernel32::lstrcatW(p R5, w ";")'
    StrCpy $R6 ";$3;"
    System::Call 'shlwapi::StrStrIW(p R5, w R6) p .R7'
    ${If} $0 == "add"
      Call ${UN}ziggiePathAdd
    ${Else}
      Call ${UN}ziggiePathRemove
    ${EndIf}
  ${EndIf}
  System::Call 'kernel32::GlobalFree(p R8)'
  System::Call 'kernel32::GlobalFree(p R5)'
  System::Call 'kernel32::GlobalFree(p R4)'
  System::Call 'advapi32::RegCloseKey(p r4)'
FunctionEnd

; At the end, unless it is there already.
Function ${UN}ziggiePathAdd
  ${If} $R7 != 0
    Return
  ${EndIf}
  System::Call 'kernel32::lstrlenW(p R4) i .R1'
  IntOp $R2 $R1 + $R0
  ${If} $R2 > ${ZIGGIE_LONGEST_PATH}
    DetailPrint "PATH has no room for $3 and is left as it is."
    Return
  ${EndIf}
  ${If} $R1 > 0
    IntOp $R2 $R1 - 1
    IntOp $R2 $R2 * 2
    System::Int64Op $R4 + $R2
    Pop $R2
    System::Call '*$R2(&i2 .R3)'
    ${If} $R3 <> 59
      System::Call 'kernel32::lstrcatW(p R4, w ";")'
    ${EndIf}
  ${EndIf}
  System::Call 'kernel32::lstrcatW(p R4, w r3)'
  StrCpy $R2 $R4
  Call ${UN}ziggiePathWrite
FunctionEnd

; Everywhere it stands; what is around it stays as it is.
Function ${UN}ziggiePathRemove
  ${If} $R7 == 0
    Return
  ${EndIf}
  ${Do}
    System::Call '*$R7(&i2 0)'
    IntOp $R1 $R0 + 1
    IntOp $R1 $R1 * 2
    System::Int64Op $R7 + $R1
    Pop $R2 ; The semicolon after it.
    System::Call 'kernel32::lstrcpyW(p R8, p R5)'
    System::Call 'kernel32::lstrcatW(p R8, p R2)'
    System::Call 'kernel32::lstrcpyW(p R5, p R8)'
    System::Call 'shlwapi::StrStrIW(p R5, w R6) p .R7'
  ${LoopUntil} $R7 == 0
  System::Call 'kernel32::lstrlenW(p R5) i .R1'
  ${If} $R1 < 3
    System::Call 'advapi32::RegDeleteValueW(p r4, w "Path")' ; It was ours alone.
    !insertmacro ziggieTellEnvironment
    Return
  ${EndIf}
  IntOp $R1 $R1 - 1
  IntOp $R1 $R1 * 2
  System::Int64Op $R5 + $R1
  Pop $R2
  System::Call '*$R2(&i2 0)'
  System::Int64Op $R5 + 2
  Pop $R2
  Call ${UN}ziggiePathWrite
FunctionEnd

; $R2: the new value.
Function ${UN}ziggiePathWrite
  System::Call 'kernel32::lstrlenW(p R2) i .R1'
  IntOp $R1 $R1 + 1
  IntOp $R1 $R1 * 2
  System::Call 'advapi32::RegSetValueExW(p r4, w "Path", i 0, i r7, p R2, i R1) i .r5'
  ${If} $5 <> 0
    DetailPrint "PATH could not be written (error $5) and is as it was."
    Return
  ${EndIf}
  !insertmacro ziggieTellEnvironment
FunctionEnd
!macroend

; New terminals see the change without a login.
!macro ziggieTellEnvironment
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
!macroend

!ifdef BUILD_UNINSTALLER
  !insertmacro ziggieEditPathFunction "un."
!else
  !insertmacro ziggieEditPathFunction ""
!endif
