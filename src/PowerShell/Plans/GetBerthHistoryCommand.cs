using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>Shows what happened, newest first.</summary>
/// <remarks>Each operation with who, when, and what it changed, before and after.</remarks>
/// <example><code>Get-BerthHistory -User admin@contoso.example -First 5</code><para>Shows the newest five that touched a user.</para></example>
/// <example><code>Get-BerthHistory -Sku SPE_E3 -Since 2026-11-01</code><para>Shows a month of a SKU.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthHistory")]
[OutputType(typeof(BerthOperation))]
public sealed class GetBerthHistoryCommand : BerthCommand
{
    /// <summary>Those that touched a user: user principal name or id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("UserPrincipalName", "UPN", "UserId")]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>Those that touched a group: display name or id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <summary>Those that touched a SKU: part number or id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Sku { get; set; }

    /// <summary>From this time on.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Before this time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>How many are shown; 50 without it.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int First { get; set; } = ShellLimits.History;

    /// <summary>Shows them.</summary>
    protected override void ProcessRecord()
    {
        if (Try(Query, User, out string? query))
        {
            using IEnumerator<JsonElement> operations = Client.All($"/berth/v1/history{query}", Cancel).GetEnumerator();
            for (int shown = 0; shown < First && Must(operations.MoveNext); shown++)
            {
                JsonElement one = operations.Current, actor = one.Part("actor");
                WriteObject(new BerthOperation(
                    one.Text("id"),
                    one.Time("at"),
                    actor.TextOrNull("displayName") ?? actor.Text("id"),
                    one.Text("kind"),
                    one.Number("version"),
                    ShellJson.Read(one.Part("before")),
                    ShellJson.Read(one.Part("after"))));
            }
        }
    }

    private string Query()
    {
        List<string> parts = [];
        if (User is not null)
        {
            parts.Add($"userId={(Guid.TryParse(User, out Guid id) ? id : Targets.User(Client.Get("/v1.0" + Targets.UserPath(User, "id,userPrincipalName"), Cancel)).Id)}");
        }

        if (Group is not null)
        {
            parts.Add($"groupId={(Guid.TryParse(Group, out Guid id) ? id : Targets.Group(Group, Client.Get("/v1.0" + Targets.GroupPath(Group), Cancel)).Id)}");
        }

        if (Sku is not null)
        {
            parts.Add($"skuId={SkuNames.Read(Client, Cancel).Find(Sku)}");
        }

        parts.AddRange(new[] { ("since", Since), ("until", Until) }.Where(static bound => bound.Item2 is not null)
            .Select(static bound => $"{bound.Item1}={bound.Item2!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)}"));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }
}
