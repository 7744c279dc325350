using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Graph.Reads;

namespace Berth.Graph.CloudLicensing;

/// <summary>Those who wait for a seat, in the order in which they are served; a user once for each SKU (B584).</summary>
internal static class WaitingMembers
{
    /// <summary>What a user waits for, ascending by SKU.</summary>
    public static IEnumerable<WaitingMemberRow> Of(UserRow user) =>
        from sku in user.Licenses.Groups.SelectMany(static source => source.Trouble is { } trouble ? trouble.Errors : [])
            .Where(static error => error.Error == LicenseError.CountViolation).Select(static error => error.Sku).Distinct().Order()
        let first = Earliest(user.Tenant, user.Position, sku)
        where first is not null
        select new WaitingMemberRow(user.Tenant, first.Value, sku);

    /// <summary>The waiting member of an id, or null.</summary>
    public static WaitingMemberRow? Find(Tenant tenant, string id) =>
        LicensingId.Read(LicensingKind.WaitingMember, id) is [var userId, var skuId]
            && tenant.Catalog.TryGetSku(skuId, out Sku? sku) && tenant.FindUser(userId) is >= 0 and int user && Earliest(tenant, user, sku.Index) is { } pair
            ? new WaitingMemberRow(tenant, pair, sku.Index)
            : null;

    /// <summary>Where a row stands in the queue.</summary>
    public static string Mark(WaitingMemberRow row) => QueueMark.Of(row.Pair);

    /// <summary>Those of a SKU after a mark; null for a mark that is none.</summary>
    public static IEnumerable<WaitingMemberRow>? After(Tenant tenant, int sku, string? mark)
    {
        if (mark is null)
        {
            return From(tenant, sku, null);
        }

        return QueueMark.Read(mark) is { } last ? From(tenant, sku, last) : null;
    }

    private static IEnumerable<WaitingMemberRow> From(Tenant tenant, int sku, WaitingPair? last)
    {
        foreach (WaitingPair pair in last is { } from ? tenant.WaitingFor(sku).From(from) : tenant.WaitingFor(sku))
        {
            if (pair.CompareTo(last.GetValueOrDefault()) == 0 && last is not null)
            {
                continue;
            }

            // A user whom two groups owe the same SKU waits once, at the earlier place.
            if (Earliest(tenant, pair.User, sku) is { } first && first.CompareTo(pair) == 0)
            {
                yield return new WaitingMemberRow(tenant, pair, sku);
            }
        }
    }

    private static WaitingPair? Earliest(Tenant tenant, int user, int sku)
    {
        WaitingPair? earliest = null;
        foreach (GroupSource source in tenant.LicensesOf(user).Groups)
        {
            if (source.Trouble is { } trouble && trouble[sku] == LicenseError.CountViolation)
            {
                WaitingPair pair = new(trouble.Since, tenant.Users[user]!.Id, tenant.Groups[source.Group].Id, user, source.Group);
                earliest = earliest is { } known && known.CompareTo(pair) < 0 ? known : pair;
            }
        }

        return earliest;
    }
}

/// <summary>A place in the queue as text: since when, who, and through which group.</summary>
internal static class QueueMark
{
    /// <summary>The text.</summary>
    public static string Of(WaitingPair pair) =>
        string.Create(CultureInfo.InvariantCulture, $"{pair.Since.Sequence} {pair.Since.At.UtcTicks} {pair.UserId} {pair.GroupId}");

    /// <summary>The place of a text, good for comparing only; null when it is none.</summary>
    public static WaitingPair? Read(string mark)
    {
        string[] parts = mark.Split(' ');
        return parts.Length == 4
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) && ticks <= DateTime.MaxValue.Ticks
            && Guid.TryParse(parts[2], out Guid user)
            && Guid.TryParse(parts[3], out Guid group)
                ? new WaitingPair(new WaitingSince(sequence, new DateTimeOffset(ticks, TimeSpan.Zero)), user, group, -1, -1)
                : null;
    }
}
