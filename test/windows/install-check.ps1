# On a real Windows: installs silently, runs, installs over it while it runs, removes; every expectation is said and counted.
param([Parameter(Mandatory)] [string] $Setup)
$ErrorActionPreference = 'Stop'
$passed = 0; $failed = 0

function Check([string] $what, [scriptblock] $is) {
  $ok = $false
  # Windows settles a moment later than the installer ends.
  foreach ($try in 1..60) { try { $ok = [bool](& $is) } catch { $ok = $false }; if ($ok) { break }; Start-Sleep -Milliseconds 500 }
  if ($ok) { $script:passed++; Write-Host "ok      $what" } else { $script:failed++; Write-Host "NOT ok  $what" }
}
function Run([string] $file, [string] $arguments) {
  (Start-Process -FilePath $file -ArgumentList $arguments -PassThru -Wait).ExitCode
}

$run = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run'
$folder = "$env:LOCALAPPDATA\Programs\Tom & Jerry's\Ziggie"
$exe = "$folder\Ziggie.exe"
$data = "$env:LOCALAPPDATA\Ziggie\agent-deployment"
$env:Path | Out-Null
function LoginItem { (Get-ItemProperty $run -ErrorAction SilentlyContinue).Ziggie }
function UserPath { (Get-Item 'HKCU:\Environment').GetValue('Path', '', 'DoNotExpandEnvironmentNames') }
function Discovery { Get-Content "$data\coordinator.json" -Raw | ConvertFrom-Json }

$before = UserPath
Check 'the installer ends well' { (Run $Setup "/S /PORT=54123 /D=$folder") -eq 0 }
Check 'the program is there' { Test-Path $exe }
Check 'the login item is quoted and hidden' { (LoginItem) -ceq "`"$exe`" --hidden" }
Check 'PATH has the command once' { ((UserPath) -split ';' | Where-Object { $_ -eq "$folder\bin" }).Count -eq 1 }
Check 'the port is in the settings' { (Get-Content "$data\config.json" -Raw | ConvertFrom-Json).port -eq 54123 }
Check 'the ziggie command runs' { (& "$folder\bin\ziggie.cmd" --version) -match '^\d+\.\d+\.\d+' }

Start-Process -FilePath $exe -ArgumentList '--hidden'
Check 'the coordinator announces itself' { (Discovery).port -eq 54123 }
Check 'the coordinator answers' { (Invoke-WebRequest "$((Discovery).url)/health" -UseBasicParsing).StatusCode -eq 200 }

# The login item is switched off as the tray does it, and stays off.
Remove-ItemProperty $run -Name Ziggie
$first = (Discovery).pid
Check 'installed over the running one' { (Run $Setup "/S /D=$folder") -eq 0 }
Check 'the running one left' { -not (Get-Process -Id $first -ErrorAction SilentlyContinue) }
Check 'the login item stays off' { $null -eq (LoginItem) }
Check 'PATH has the command still once' { ((UserPath) -split ';' | Where-Object { $_ -eq "$folder\bin" }).Count -eq 1 }
Check 'the settings are kept' { (Get-Content "$data\config.json" -Raw | ConvertFrom-Json).port -eq 54123 }

Check 'the uninstaller ends well' { (Run "$folder\Uninstall Ziggie.exe" '/S') -eq 0 }
Check 'the program is gone' { -not (Test-Path $folder) }
Check 'PATH is as it was' { (UserPath) -ceq $before }
Check 'no login item is left' { $null -eq (LoginItem) }
Check 'no shortcut is left' { -not (Test-Path "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\Ziggie.lnk") }
Check 'the data is kept' { Test-Path "$data\config.json" }

Write-Host "`n$passed passed, $failed failed, 0 skipped"
if ($failed -gt 0) { exit 1 }
