using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>Shows the licenses of users, each way on which they come.</summary>
/// <remarks>A license that comes directly and through a group is shown twice: each way has a state and an error of its own. Users are read twenty at a time.</remarks>
/// <example><code>Get-BerthUserLicense admin@contoso.example</code><para>Shows one user's.</para></example>
/// <example><code>Import-Csv people.csv | Get-BerthUserLicense | Where-Object Error -ne None</code><para>Shows what stands against the licenses of a list.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthUserLicense")]
[OutputType(typeof(BerthUserLicense))]
public sealed class GetBerthUserLicenseCommand : BerthCommand
{
    private readonly List<string> _waiting = [];
    private readonly Dictionary<string, string> _groups = new(StringComparer.OrdinalIgnoreCase);
    private SkuNames? _skus;

    /// <summary>Users: user principal names or ids.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserPrincipalName", "UPN", "UserId", "Id")]
    [ValidateNotNullOrEmpty]
    public string[] User { get; set; } = [];

    /// <summary>Takes users; twenty are read together.</summary>
    protected override void ProcessRecord()
    {
        foreach (string user in User)
        {
            _waiting.Add(user);
            if (_waiting.Count == ShellLimits.BatchItems)
            {
                Flush();
            }
        }
    }

    /// <summary>Reads the rest.</summary>
    protected override void EndProcessing() => Flush();

    private void Flush()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        string[] names = [.. _waiting];
        _waiting.Clear();
        SkuNames skus = _skus ??= Must(() => SkuNames.Read(Client, Cancel));
        (JsonElement Answer, BerthException? Refused)[] answers =
            Must(() => Client.GetMany(names.Select(static name => Targets.UserPath(name, "id,userPrincipalName,licenseAssignmentStates")), Cancel).ToArray());
        string[] unknown = [.. answers.SelectMany(static one => one.Answer.Items("licenseAssignmentStates")).Select(static state => state.TextOrNull("assignedByGroup")).OfType<string>().Where(id => !_groups.ContainsKey(id))];
        if (unknown.Length > 0)
        {
            foreach ((string id, string name) in Must(() => Targets.NamesOf(Client, unknown, Cancel)))
            {
                _groups[id] = name;
            }
        }

        foreach ((string name, (JsonElement user, BerthException? refused)) in names.Zip(answers))
        {
            if (refused is not null)
            {
                WriteError(Failures.Of(refused, name));
                continue;
            }

            foreach (JsonElement state in user.Items("licenseAssignmentStates"))
            {
                string? group = state.TextOrNull("assignedByGroup");
                WriteObject(new BerthUserLicense(
                    user.Text("userPrincipalName"),
                    user.Text("id"),
                    skus.Of(state.Text("skuId")),
                    state.Text("skuId"),
                    group is null ? "direct" : _groups.GetValueOrDefault(group, group),
                    group,
                    state.Text("state"),
                    state.Text("error"),
                    state.Texts("disabledPlans"),
                    state.Time("lastUpdatedDateTime")));
            }
        }
    }
}
