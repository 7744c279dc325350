using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Names;

namespace Berth.PowerShell;

/// <summary>Adds and removes the licenses that groups give their members.</summary>
/// <remarks>
/// The change is accepted when seats are missing: members are served in order and the others wait (Get-BerthWaitingUser). The output has a row for each member whose license changes. -WhatIf shows the plan and changes nothing; when it takes
/// a license from anybody you are asked, unless you give -Confirm:$false.
/// </remarks>
/// <example><code>Set-BerthGroupLicense Legal -AddSku CPC_E_4C_16GB_512GB -WhatIf</code><para>Says who would get it, and who would wait.</para></example>
/// <example><code>'Legal', 'Sales' | Set-BerthGroupLicense -AddSku SPE_E5 -RemoveSku SPE_E3 -Confirm:$false</code><para>Switches what two groups give.</para></example>
[Cmdlet(VerbsCommon.Set, "BerthGroupLicense", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BerthLicenseChange))]
public sealed class SetBerthGroupLicenseCommand : SetLicenseCommand
{
    /// <summary>Groups: display names or ids. A name that several groups have is refused with their ids.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("DisplayName", "GroupId", "Id")]
    [AllowEmptyString]
    public string[] Group { get; set; } = [];

    private protected override string Kind => "groupLicense";

    private protected override string IdName => "groupId";

    private protected override (string One, string Many) Noun => ("group", "groups");

    /// <summary>Takes groups.</summary>
    protected override void ProcessRecord() => Take(Group);

    private protected override IEnumerable<(Target? Target, BerthException? Refused)> Find(IReadOnlyList<string> names)
    {
        string[] given = [.. names.Where(static name => !string.IsNullOrWhiteSpace(name))];
        using IEnumerator<(JsonElement Answer, BerthException? Refused)> answers = Client.GetMany(given.Select(Targets.GroupPath), Cancel).GetEnumerator();
        foreach (string name in names)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                yield return (null, new BerthException("nameMissing", "A row names no group.", 400));
                continue;
            }

            (Target?, BerthException?) found;
            try
            {
                found = !answers.MoveNext() ? (null, new BerthException("answerUnreadable", "An answer is missing.", 500))
                    : answers.Current.Refused is { } refused ? (null, refused)
                    : (Targets.Group(name, answers.Current.Answer), null);
            }
            catch (BerthException unclear) when (unclear.StatusCode is 400 or 404)
            {
                found = (null, unclear);
            }

            yield return found;
        }
    }
}
