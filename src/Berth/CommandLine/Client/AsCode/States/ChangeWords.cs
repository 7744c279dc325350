using System.Globalization;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>Changes in a line each, for people.</summary>
internal static class ChangeWords
{
    // Of those who come; who goes is always named.
    private const int MostNames = 5;

    /// <summary>A change in a line.</summary>
    public static string Of(StateChange change, TenantView view) => change switch
    {
        StateChange.Units one => string.Create(CultureInfo.InvariantCulture, $"SKU {view.Skus.Of(one.Sku).PartNumber}: {one.Number} units in place of {view.UnitsOf(one.Sku) ?? 0}"),
        StateChange.OfUser one => $"user {NameOf(view, one.User)}: {Licenses(view, one.Add, one.Remove)}",
        StateChange.OfGroup one => $"group {GroupOf(view, one.Group)}: {Licenses(view, one.Add, one.Remove)}",
        StateChange.Members one => $"group {GroupOf(view, one.Group)}: {Members(view, "added", one.Add, MostNames)}{Members(view, "removed", one.Remove, int.MaxValue)}",
        StateChange.Assignments one => string.Create(
            CultureInfo.InvariantCulture,
            $"policy {view.Policies[one.Policy].Name ?? $"{one.Policy}"}: {one.All.Count} assignments in place of {view.Policies[one.Policy].Assignments.Count}"),
        _ => throw new InvalidOperationException($"Nobody has said what {change.GetType().Name} is in words."),
    };

    private static string Licenses(TenantView view, IReadOnlyList<DesiredLicense> add, IReadOnlyList<Guid> remove) =>
        LicenseWords.Describe(view.Skus, new WireChange([.. add.Select(one => new WireLicense([.. one.DisabledPlans ?? new HashSet<Guid>()], one.Sku))], remove));

    /// <summary>Whether it takes something away.</summary>
    public static bool Takes(StateChange change, TenantView view) => change switch
    {
        StateChange.Units one => one.Number < (view.UnitsOf(one.Sku) ?? 0),
        StateChange.OfUser one => one.Remove.Count > 0,
        StateChange.OfGroup one => one.Remove.Count > 0,
        StateChange.Members one => one.Remove.Count > 0,
        StateChange.Assignments one => view.Policies[one.Policy].Assignments.Any(old => !one.All.Any(young => (young.Group, young.Plan) == (old.Group, old.Plan))),
        _ => throw new InvalidOperationException($"Nobody has said what {change.GetType().Name} takes."),
    };

    private static string Members(TenantView view, string what, IReadOnlyList<Guid> ids, int most)
    {
        string more = ids.Count > most ? string.Create(CultureInfo.InvariantCulture, $" and {ids.Count - most} more") : "";
        return ids.Count == 0 ? "" : $"{what} {string.Join(", ", ids.Take(most).Select(id => NameOf(view, id)))}{more}";
    }

    private static string NameOf(TenantView view, Guid user) => view.Users.TryGetValue(user, out SeenUser? seen) ? seen.Name ?? $"{user}" : $"{user}";

    private static string GroupOf(TenantView view, Guid group) => view.Groups.TryGetValue(group, out SeenGroup? seen) ? seen.Name ?? $"{group}" : $"{group}";
}
