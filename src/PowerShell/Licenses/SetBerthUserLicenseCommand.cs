using System.Management.Automation;
using Berth.PowerShell.Names;

namespace Berth.PowerShell;

/// <summary>Adds and removes direct licenses of users.</summary>
/// <remarks>
/// All users of a pipeline are one plan: those that would be refused are told as errors with the server's words and left out, and everything else is done together, as one operation that can be undone.
/// -WhatIf shows the plan: its figures, and a row for each license that would change; nothing changes. When the plan takes a license from anybody you are asked, unless you give -Confirm:$false.
/// </remarks>
/// <example><code>Set-BerthUserLicense admin@contoso.example -AddSku CPC_E_4C_16GB_512GB</code><para>Gives one user a license.</para></example>
/// <example><code>Import-Csv new-hires.csv | Set-BerthUserLicense -AddSku SPE_E3 -DisabledPlan SWAY -WhatIf</code><para>Says what a list would do. The column of the users is named userPrincipalName, UPN, userId or id.</para></example>
/// <example><code>Import-Csv designers.csv | Set-BerthUserLicense -AddSku CPC_E_4C_16GB_512GB -RemoveSku CPC_E_2C_8GB_128GB -Confirm:$false</code><para>Switches a list, unasked.</para></example>
[Cmdlet(VerbsCommon.Set, "BerthUserLicense", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BerthLicenseChange))]
public sealed class SetBerthUserLicenseCommand : SetLicenseCommand
{
    /// <summary>Users: user principal names or ids.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserPrincipalName", "UPN", "UserId", "Id")]
    [AllowEmptyString]
    public string[] User { get; set; } = [];

    private protected override string Kind => "userLicense";

    private protected override string IdName => "userId";

    private protected override (string One, string Many) Noun => ("user", "users");

    /// <summary>Takes users.</summary>
    protected override void ProcessRecord() => Take(User);

    private protected override IEnumerable<(Target? Target, BerthException? Refused)> Find(IReadOnlyList<string> names)
    {
        // An empty name would be the address of all users.
        string[] given = [.. names.Where(static name => !string.IsNullOrWhiteSpace(name))];
        using IEnumerator<(System.Text.Json.JsonElement Answer, BerthException? Refused)> answers =
            Client.GetMany(given.Select(static name => Targets.UserPath(name, "id,userPrincipalName")), Cancel).GetEnumerator();
        foreach (string name in names)
        {
            yield return string.IsNullOrWhiteSpace(name) ? (null, new BerthException("nameMissing", "A row names no user.", 400))
                : !answers.MoveNext() ? (null, new BerthException("answerUnreadable", "An answer is missing.", 500))
                : answers.Current.Refused is { } refused ? (null, refused)
                : (Targets.User(answers.Current.Answer), null);
        }
    }
}
