using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Turns a random request into one that hits: a removal of what is there, a member who can join or leave. A blind generator mostly learns
/// that nothing is found. The hit is an ordinary request; nothing in it depends on who aimed.
/// </summary>
public static class Aim
{
    /// <summary>The request aimed at a tenant, by a random number; some stay blind.</summary>
    public static Request At(Tenant tenant, Request request, int random) => random % 8 == 0 ? request : request switch
    {
        Request.AssignUser r => r with { Remove = r.Remove.Length == 0 ? [] : Held(tenant, r.User, r, random) },
        Request.AssignGroup r => r with { Remove = r.Remove.Length == 0 ? [] : Wanted(tenant, r.Group, r, random) },
        Request.RemoveMember r => Pick(Members(tenant, r.Group), random) is { } member ? r with { Member = member } : r,
        Request.AddMembers r when random % 50 == 1 => r with { Members = [.. r.Members, r.Group] },
        Request.AddMembers r => r with { Members = [.. r.Members.Select((member, i) => Pick(Strangers(tenant, r.Group), random / (i + 1)) ?? member)] },
        Request.CreateGroup r => r with { Members = [.. r.Members.Select((member, i) => Pick(Everybody(tenant), random / (i + 1)) ?? member)] },
        Request.ReprocessUser r => random % 3 > 0 && Pick(Troubled(tenant, random % 3 == 1), random) is { } user ? new Request.ReprocessUser(user) : r,
        Request.DeleteGroup r => Pick(Groups(tenant).Where(group => !group.IsDeleted && (group.Licenses.IsEmpty || random % 5 == 0)).Select(group => $"{group.Id}"), random)
            is { } group ? new Request.DeleteGroup(group) : r,
        _ => request,
    };

    // Mostly the direct licenses; sometimes what a group gives.
    private static string[] Held(Tenant tenant, string user, Request.AssignUser request, int random)
    {
        int index = tenant.FindUser(Guid.Parse(user));
        if (index < 0)
        {
            return request.Remove;
        }

        UserLicenses licenses = tenant.LicensesOf(index);
        IEnumerable<int> skus = random % 6 == 1 ? licenses.Held() : licenses.Direct.Items.Select(license => license.Sku);
        return Some(skus.Select(sku => $"{tenant.Catalog.Skus[sku].Id}").Except(request.Add.Select(add => add.Sku)), request.Remove.Length, random);
    }

    private static string[] Wanted(Tenant tenant, string group, Request.AssignGroup request, int random)
    {
        int index = tenant.FindGroup(Guid.Parse(group));
        return index < 0
            ? request.Remove
            : Some(
                tenant.Groups[index].Licenses.Items.Select(license => $"{tenant.Catalog.Skus[license.Sku].Id}").Except(request.Add.Select(add => add.Sku)),
                request.Remove.Length,
                random);
    }

    // Users in error, or those among them who are held by something another source needs.
    private static IEnumerable<string> Troubled(Tenant tenant, bool held) => tenant.Troubled
        .Where(pair => !held || tenant.LicensesOf(pair.User).Source(pair.Group) is { Applied.IsEmpty: false, Trouble: { } trouble }
            && trouble.Errors.Any(error => error.Error == LicenseError.DependencyViolation))
        .Select(pair => $"{pair.UserId}");

    private static IEnumerable<string> Members(Tenant tenant, string group)
    {
        int index = tenant.FindGroup(Guid.Parse(group));
        return index < 0 ? [] : tenant.Groups[index].Members.Select(user => $"{tenant.Users[user]!.Id}")
            .Concat(tenant.Groups[index].MemberGroups.Select(inner => $"{tenant.Groups[inner].Id}"));
    }

    private static IEnumerable<string> Strangers(Tenant tenant, string group) => Everybody(tenant).Except(Members(tenant, group));

    private static IEnumerable<string> Everybody(Tenant tenant)
    {
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is { } there)
            {
                yield return $"{there.Id}";
            }
        }
    }

    private static IEnumerable<Group> Groups(Tenant tenant) => Enumerable.Range(0, tenant.Groups.Count).Select(index => tenant.Groups[index]);

    private static string? Pick(IEnumerable<string> values, int random)
    {
        string[] all = [.. values];
        return all.Length == 0 ? null : all[random % all.Length];
    }

    private static string[] Some(IEnumerable<string> values, int count, int random)
    {
        string[] all = [.. values];
        return [.. all.Select((_, i) => all[(i + random) % all.Length]).Take(count)];
    }
}
