using System.Diagnostics.CodeAnalysis;
using Berth.Portal.Bulk;
using Berth.Portal.CloudPcs;
using Berth.Portal.Findings;
using Berth.Portal.Frontline;
using Berth.Portal.Groups;
using Berth.Portal.History;
using Berth.Portal.Home;
using Berth.Portal.Licenses;
using Berth.Portal.NetworkConnections;
using Berth.Portal.Plan;
using Berth.Portal.ProvisioningPolicies;
using Berth.Portal.Settings;
using Berth.Portal.SetUp;
using Berth.Portal.SignIn;
using Berth.Portal.Users;
using Microsoft.AspNetCore.Components;

namespace Berth.Portal.Layout;

/// <summary>
/// Every page and its addresses below the portal (B601). Blazor's own router finds them by looking at all types of the program, which took a tenth of the work of a start (B615, docs/adr/0016).
/// </summary>
internal static class Pages
{
    // The first one that fits is meant: what is written out stands before what may be anything.
    private static readonly Page[] _all =
    [
        new("", typeof(HomePage)),
        new("users/{Id}/{Tab}", typeof(UsersPage)),
        new("groups/{Id}/{Tab}", typeof(GroupsPage)),
        new("licenses/{Id:guid}/{Tab}", typeof(LicensesPage)),
        new("bulk", typeof(BulkPage)),
        new("provisioning-policies/new", typeof(PolicyWizard), IsWhole: true),
        new("provisioning-policies/{Id}/edit", typeof(PolicyWizard), IsWhole: true),
        new("provisioning-policies/{Id}", typeof(PoliciesPage)),
        new("frontline/simulate", typeof(SimulatePage), IsWhole: true),
        new("frontline/{Id}", typeof(FrontlinePage)),
        new("cloud-pcs/{Id}", typeof(CloudPcsPage)),
        new("network-connections/new", typeof(ConnectionWizard), IsWhole: true),
        new("network-connections/{Id}/edit", typeof(ConnectionWizard), IsWhole: true),
        new("network-connections/{Id}", typeof(NetworkConnectionsPage)),
        new("plan", typeof(PlanPage)),
        new("history/{Id}/{Tab}", typeof(HistoryPage)),
        new("settings/{Tab}", typeof(SettingsPage)),
        new("findings", typeof(FindingsPage)),
        new("set-up", typeof(SetUpPage)),
        new("sign-in", typeof(SignInAnswer)),
        new("signed-out", typeof(SignedOut)),
    ];

    /// <summary>The page at an address, with what the address gives it; where there is none, the page that says so.</summary>
    /// <param name="address">Relative to the portal; what follows <c>?</c> or <c>#</c> does not matter.</param>
    public static RouteData Find(string address)
    {
        int end = address.AsSpan().IndexOfAny('?', '#');
        string[] segments = (end < 0 ? address : address[..end]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (Page page in _all)
        {
            if (page.Fit(segments) is { } values)
            {
                return new RouteData(page.Component, values);
            }
        }

        return new RouteData(typeof(NotFound), new Dictionary<string, object?>());
    }

    /// <summary>A page.</summary>
    /// <param name="Template">Its address, in which <c>{Id}</c> is the parameter of that name, and may be missing together with all that follows it.</param>
    /// <param name="Component">What is shown.</param>
    /// <param name="IsWhole">Whether nothing of the address may be missing.</param>
    private sealed record Page(string Template, [property: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type Component, bool IsWhole = false)
    {
        private readonly string[] _parts = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>The parameters that an address gives it; null when the address is another one's.</summary>
        public Dictionary<string, object?>? Fit(string[] segments)
        {
            if (segments.Length > _parts.Length || (segments.Length < _parts.Length && (IsWhole || _parts[segments.Length][0] != '{')))
            {
                return null;
            }

            Dictionary<string, object?> values = [];
            for (int at = 0; at < _parts.Length; at++)
            {
                string part = _parts[at], text = at < segments.Length ? Uri.UnescapeDataString(segments[at]) : "";
                if (part[0] != '{')
                {
                    if (!part.Equals(text, StringComparison.OrdinalIgnoreCase))
                    {
                        return null;
                    }
                }
                else if (!part.EndsWith(":guid}", StringComparison.Ordinal))
                {
                    values[part[1..^1]] = at < segments.Length ? text : null;
                }
                else if (at >= segments.Length || Guid.TryParse(text, out _))
                {
                    values[part[1..^6]] = at < segments.Length ? Guid.Parse(text) : null;
                }
                else
                {
                    return null;
                }
            }

            return values;
        }
    }
}
