@{
    RootModule           = 'Berth.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '4c3f7c0e-6d5b-4b43-9d3e-52c1e1f0a8d7'
    Author               = 'The Berth authors'
    CompanyName          = 'The Berth authors'
    Copyright            = 'The Berth authors. Apache-2.0.'
    Description          = 'Licenses of Berth, the license desk for Cloud PCs: who has what and why, lists of users and groups in one plan, -WhatIf that says what would happen to everybody, and undo.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('Berth.PowerShell.format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Connect-Berth'
        'Disconnect-Berth'
        'Get-BerthContext'
        'Get-BerthHistory'
        'Get-BerthLicenseExplanation'
        'Get-BerthSku'
        'Get-BerthUserLicense'
        'Get-BerthWaitingUser'
        'Invoke-BerthPlan'
        'New-BerthPlan'
        'Set-BerthGroupLicense'
        'Set-BerthUserLicense'
        'Undo-BerthOperation'
    )
    PrivateData          = @{ PSData = @{ Tags = @('Berth', 'MicrosoftGraph', 'Windows365', 'License', 'PSEdition_Core', 'Linux', 'MacOS', 'Windows') } }
}
