using System.Globalization;
using System.Text.Json;
using Berth.Portal.Graph;
using Berth.Portal.Users;

namespace Berth.Portal.History;

/// <summary>What an operation changed, in sentences that name what was and what became (B660).</summary>
/// <param name="skus">The tenant's SKUs.</param>
/// <param name="names">What users and groups are called; see <see cref="IdsOf"/>.</param>
internal sealed class OperationWords(IReadOnlyDictionary<Guid, SubscribedSku> skus, IReadOnlyDictionary<Guid, string> names)
{
    /// <summary>Ids whose names the sentences need.</summary>
    public static IEnumerable<Guid> IdsOf(HistoryEntry entry) => new[] { entry.Before, entry.After }.SelectMany(side =>
        side.Licenses.Select(one => one.Source)
            .Concat(side.Members.SelectMany(one => one.MemberIds))
            .Concat(side.Owners.SelectMany(one => one.Owners))
            .Concat(side.Managers.Select(one => one.ManagerId).OfType<Guid>())
            .Concat(side.PolicyAssignments.SelectMany(one => one.Assignments).Select(one => one.GroupId))
            .Concat(side.CloudPcs.Select(one => one.UserId).OfType<Guid>())
            .Concat(side.Groups.Select(one => one.GetValueOrDefault("groupId")).OfType<string>().Select(Guid.Parse)));

    /// <summary>What an operation was about, in a few words for a list.</summary>
    public static string Short(HistoryEntry entry)
    {
        EntrySide[] sides = [entry.Before, entry.After];
        string more = entry.Truncated ? " or more" : "";
        return string.Join("; ", new[]
        {
            About("licenses of ", "users", sides.SelectMany(side => side.DirectLicenses.Select(one => one.UserPrincipalName).Concat(side.Licenses.Select(one => one.UserPrincipalName)))),
            About("licenses of the group ", "groups", sides.SelectMany(side => side.GroupLicenses.Select(one => one.DisplayName))),
            About("members of ", "groups", sides.SelectMany(side => side.Members.Select(one => one.DisplayName))),
            About("owners of ", "groups", sides.SelectMany(side => side.Owners.Select(one => one.DisplayName))),
            About("manager of ", "users", sides.SelectMany(side => side.Managers.Select(one => one.UserPrincipalName))),
            About("user ", "users", sides.SelectMany(side => side.Users.Select(one => one.GetValueOrDefault("userPrincipalName")))),
            About("group ", "groups", sides.SelectMany(side => side.Groups.Select(one => one.GetValueOrDefault("displayName") ?? one.GetValueOrDefault("groupId")))),
            About("units of ", "licenses", sides.SelectMany(side => side.Subscriptions.Select(one => one.SkuPartNumber))),
            sides.Any(side => side.Settings.Count > 0) ? "settings" : null,
            About("policy ", "policies", sides.SelectMany(side => side.PolicyAssignments.Select(one => one.DisplayName))),
            entry.After.CloudPcs.Select(one => one.Id).Distinct().Count() is > 0 and int machines ? machines == 1 ? "a Cloud PC" : $"{Number(machines)}{more} Cloud PCs" : null,
        }.OfType<string>());

        string? About(string what, string many, IEnumerable<string?> whom)
        {
            string?[] all = [.. whom.Distinct()];
            return all.Length switch
            {
                0 => null,
                1 => what + (all[0] ?? "somebody who is gone"),
                _ => $"{what.Replace("the group ", "", StringComparison.Ordinal)}{Number(all.Length)}{more} {many}".Replace("user ", "", StringComparison.Ordinal),
            };
        }
    }

    /// <summary>Everything that is told of it.</summary>
    public IReadOnlyList<Statement> All(HistoryEntry entry) =>
    [
        .. Together(Direct(entry).Concat(Through(entry)).Concat(Managers(entry)).Concat(People(entry)).Concat(Machines(entry))),
        .. GroupLicenses(entry), .. Members(entry), .. Groups(entry), .. Units(entry), .. Settings(entry), .. Policies(entry),
    ];

    // Who had the same happen to them stands in one sentence.
    private static IEnumerable<Statement> Together(IEnumerable<(string What, string Whom)> all) =>
        all.GroupBy(one => one.What).Select(some => new Statement(some.Key, [.. some.Select(one => one.Whom).Distinct()]));

    private IEnumerable<(string What, string Whom)> Direct(HistoryEntry entry)
    {
        Dictionary<string, IReadOnlyList<EntryOneLicense>> before = Of(entry.Before), after = Of(entry.After);
        foreach (string whom in before.Keys.Union(after.Keys))
        {
            foreach (string what in Licenses(before.GetValueOrDefault(whom) ?? [], after.GetValueOrDefault(whom) ?? [], "was given directly", "was given directly and was taken away"))
            {
                yield return (what, whom);
            }
        }

        static Dictionary<string, IReadOnlyList<EntryOneLicense>> Of(EntrySide side) =>
            side.DirectLicenses.GroupBy(one => Gone(one.UserPrincipalName)).ToDictionary(some => some.Key, some => some.Last().Licenses);
    }

    private IEnumerable<string> Licenses(IReadOnlyList<EntryOneLicense> before, IReadOnlyList<EntryOneLicense> after, string given, string taken)
    {
        foreach (string sku in before.Concat(after).Select(one => one.SkuPartNumber).Distinct().Order(StringComparer.Ordinal))
        {
            EntryOneLicense? had = before.FirstOrDefault(one => one.SkuPartNumber == sku), has = after.FirstOrDefault(one => one.SkuPartNumber == sku);
            if (had is null || has is null)
            {
                yield return has is null ? $"{sku} {taken}" : $"{sku} {given}{(has.DisabledPlans.Count > 0 ? ", without " + Plans(has) : "")}";
            }
            else if (!had.DisabledPlans.ToHashSet().SetEquals(has.DisabledPlans))
            {
                yield return $"Apps of {sku} were switched: {Switched(has)} now, {Switched(had)} before";
            }
        }

        string Plans(EntryOneLicense license) => string.Join(", ", license.DisabledPlans.Select(skus.PlanName));

        string Switched(EntryOneLicense license) => license.DisabledPlans.Count == 0 ? "all on" : "without " + Plans(license);
    }

    private IEnumerable<(string What, string Whom)> Through(HistoryEntry entry)
    {
        Dictionary<(string, string, Guid), EntryLicense> before = Of(entry.Before), after = Of(entry.After);
        foreach ((string whom, string sku, Guid source) in before.Keys.Union(after.Keys))
        {
            EntryLicense? had = before.GetValueOrDefault((whom, sku, source)), has = after.GetValueOrDefault((whom, sku, source));
            string way = $"{sku} through {names.GetValueOrDefault(source, "a deleted group")}";
            string what = (had?.State, has?.State) switch
            {
                ("Error", null) => $"{way} is not waited for any more",
                (_, null) => $"{way} was taken away",
                (null or "Error", "Active") => $"{way} was given",
                (_, "Active") => $"{way} is active without an error",
                _ => $"{way}: {Lower(new AssignmentState(has!.SkuId, source, [], has.State, has.Error, null).Words)}",
            };
            yield return (what, whom);
        }

        static Dictionary<(string, string, Guid), EntryLicense> Of(EntrySide side) =>
            side.Licenses.GroupBy(one => (Gone(one.UserPrincipalName), one.SkuPartNumber, one.Source)).ToDictionary(some => some.Key, some => some.Last());
    }

    private IEnumerable<(string What, string Whom)> Managers(HistoryEntry entry) => entry.After.Managers.Select(one =>
        (one.ManagerId is { } manager ? $"{names.GetValueOrDefault(manager, "A user who is gone")} is the manager" : "Has no manager any more", Gone(one.UserPrincipalName)));

    private static IEnumerable<(string What, string Whom)> People(HistoryEntry entry)
    {
        foreach (Dictionary<string, string?> is_ in entry.After.Users)
        {
            string whom = Gone(is_.GetValueOrDefault("userPrincipalName"));
            Dictionary<string, string?>? was = entry.Before.Users.FirstOrDefault(one => one.GetValueOrDefault("userId") == is_.GetValueOrDefault("userId"));
            if (was is null)
            {
                yield return (entry.Kind.StartsWith("restore", StringComparison.Ordinal) ? "Came back from the deleted users" : "Was made", whom);
                continue;
            }

            foreach (string sentence in Properties(was, is_, ["userId", "userPrincipalName"]))
            {
                yield return (sentence, whom);
            }

            if (was.GetValueOrDefault("userPrincipalName") is { } old && old != is_.GetValueOrDefault("userPrincipalName"))
            {
                yield return ($"Was called {old} before", whom);
            }
        }

        foreach (Dictionary<string, string?> gone in entry.Before.Users.Where(one => entry.After.Users.All(after => after.GetValueOrDefault("userId") != one.GetValueOrDefault("userId"))))
        {
            yield return ("Was deleted", Gone(gone.GetValueOrDefault("userPrincipalName")));
        }
    }

    private IEnumerable<(string What, string Whom)> Machines(HistoryEntry entry) => entry.After.CloudPcs.Select(one =>
        ($"Cloud PC: {Lower(WireNames.InWords(one.Status))} ({Lower(WireNames.InWords(one.Reason))})", one.UserId is { } user ? names.GetValueOrDefault(user, "a user who is gone") : "a shared Cloud PC"));

    private IEnumerable<Statement> GroupLicenses(HistoryEntry entry)
    {
        foreach (EntryGroupLicenses group in entry.After.GroupLicenses.Concat(entry.Before.GroupLicenses).DistinctBy(one => one.GroupId))
        {
            foreach (string what in Licenses(
                entry.Before.GroupLicenses.LastOrDefault(one => one.GroupId == group.GroupId)?.Licenses ?? [], entry.After.GroupLicenses.LastOrDefault(one => one.GroupId == group.GroupId)?.Licenses ?? [],
                $"is given by the group {group.DisplayName}", $"is given by the group {group.DisplayName} no longer"))
            {
                yield return new(what, []);
            }
        }
    }

    private IEnumerable<Statement> Members(HistoryEntry entry) =>
    [
        .. entry.Before.Members.Where(one => one.Count > 0).Select(one => new Statement($"Left {one.DisplayName}", Called(one.MemberIds), one.Count - one.MemberIds.Count)),
        .. entry.After.Members.Where(one => one.Count > 0).Select(one => new Statement($"Joined {one.DisplayName}", Called(one.MemberIds), one.Count - one.MemberIds.Count)),
        .. entry.Before.Owners.Select(one => new Statement($"Own {one.DisplayName} no longer", Called(one.Owners), one.Count - one.Owners.Count)),
        .. entry.After.Owners.Select(one => new Statement($"Own {one.DisplayName}", Called(one.Owners), one.Count - one.Owners.Count)),
    ];

    private IEnumerable<Statement> Groups(HistoryEntry entry)
    {
        foreach (Dictionary<string, string?> is_ in entry.After.Groups)
        {
            string name = NameOf(is_);
            Dictionary<string, string?>? was = entry.Before.Groups.FirstOrDefault(one => one.GetValueOrDefault("groupId") == is_.GetValueOrDefault("groupId"));
            if (was is null)
            {
                yield return new($"The group {name} was {(entry.Kind.StartsWith("restore", StringComparison.Ordinal) ? "brought back" : "made")}", []);
                continue;
            }

            foreach (string sentence in Properties(was, is_, ["groupId"]))
            {
                yield return new($"The group {name}: {Lower(sentence)}", []);
            }
        }

        foreach (Dictionary<string, string?> gone in entry.Before.Groups.Where(one => entry.After.Groups.All(after => after.GetValueOrDefault("groupId") != one.GetValueOrDefault("groupId"))))
        {
            yield return new($"The group {NameOf(gone)} was deleted", []);
        }

        string NameOf(Dictionary<string, string?> group) => group.GetValueOrDefault("displayName")
            ?? (Guid.TryParse(group.GetValueOrDefault("groupId"), out Guid id) ? names.GetValueOrDefault(id, id.ToString()) : "without a name");
    }

    private static IEnumerable<string> Properties(Dictionary<string, string?> was, Dictionary<string, string?> is_, IReadOnlyList<string> left) =>
        was.Keys.Union(is_.Keys).Except(left).Select(name => $"{WireNames.InWords(name)}: {Value(was.GetValueOrDefault(name))} became {Value(is_.GetValueOrDefault(name))}");

    private static IEnumerable<Statement> Units(HistoryEntry entry)
    {
        foreach (EntrySubscription is_ in entry.After.Subscriptions)
        {
            EntrySubscription? was = entry.Before.Subscriptions.FirstOrDefault(one => one.Id == is_.Id);
            if (was is null)
            {
                yield return new($"{Number(is_.Units)} units of {is_.SkuPartNumber} were bought", []);
                continue;
            }

            if (was.Units != is_.Units)
            {
                yield return new($"{is_.SkuPartNumber}: {Number(was.Units)} units became {Number(is_.Units)}", []);
            }

            if (was.Status != is_.Status)
            {
                yield return new($"{is_.SkuPartNumber}: the subscription was {was.Status} and is {is_.Status}", []);
            }
        }
    }

    private static IEnumerable<Statement> Settings(HistoryEntry entry)
    {
        Dictionary<string, JsonElement> was = entry.Before.Settings is [.., { } old] ? old : [], is_ = entry.After.Settings is [.., { } young] ? young : [];
        return is_.Where(one => !was.TryGetValue(one.Key, out JsonElement value) || value.GetRawText() != one.Value.GetRawText())
            .Select(one => new Statement($"Setting {WireNames.InWords(one.Key)}: {(was.TryGetValue(one.Key, out JsonElement value) ? value.ToString() : "nothing")} became {one.Value}", []));
    }

    private IEnumerable<Statement> Policies(HistoryEntry entry)
    {
        foreach (EntryPolicy is_ in entry.After.PolicyAssignments)
        {
            EntryPolicy? was = entry.Before.PolicyAssignments.FirstOrDefault(one => one.PolicyId == is_.PolicyId);
            string covered = was is null ? "" : $", before {Groups(was)}";
            yield return new($"The policy {is_.DisplayName} {(was is null ? "was made and covers" : "covers")} {Groups(is_)}{covered}", []);
        }

        foreach (EntryPolicy gone in entry.Before.PolicyAssignments.Where(one => entry.After.PolicyAssignments.All(after => after.PolicyId != one.PolicyId)))
        {
            yield return new($"The policy {gone.DisplayName} was deleted", []);
        }

        string Groups(EntryPolicy policy) => policy.Assignments.Count == 0 ? "no group" : string.Join(", ", policy.Assignments.Select(one =>
            names.GetValueOrDefault(one.GroupId, "a deleted group") + (one.AllotmentLicensesCount is { } share ? $" ({Number(share)} licenses)" : "")));
    }

    private List<string> Called(IReadOnlyList<Guid> ids) => [.. ids.Select(id => names.GetValueOrDefault(id, "somebody who is gone"))];

    private static string Gone(string? name) => name ?? "somebody who is gone";

    private static string Value(string? value) => value is { Length: > 0 } ? value : "nothing";

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
