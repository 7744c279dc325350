using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Reads;

namespace Berth.Graph.CloudLicensing;

/// <summary>Assignments: direct licenses of users, then licenses of groups, each in the order of their indexes and by SKU (B582).</summary>
internal static class Assignments
{
    /// <summary>Those of a user.</summary>
    public static IEnumerable<AssignmentRow> Of(UserRow user)
    {
        foreach (License license in user.Licenses.Direct.Items)
        {
            yield return new AssignmentRow(user.Tenant, new MemberRow(user, null), license);
        }
    }

    /// <summary>Those of a group.</summary>
    public static IEnumerable<AssignmentRow> Of(GroupRow group)
    {
        foreach (License license in group.Group.Licenses.Items)
        {
            yield return new AssignmentRow(group.Tenant, new MemberRow(null, group), license);
        }
    }

    /// <summary>The assignment of an id, or null.</summary>
    public static AssignmentRow? Find(Tenant tenant, string id)
    {
        if (LicensingId.Read(LicensingKind.Assignment, id) is not [var holder, var skuId] || !tenant.Catalog.TryGetSku(skuId, out Sku? sku))
        {
            return null;
        }

        IEnumerable<AssignmentRow> rows = UserReads.At(tenant, tenant.FindUser(holder)) is { } user ? Of(user)
            : tenant.FindGroup(holder) is >= 0 and int group ? Of(GroupAt(tenant, group))
            : [];
        foreach (AssignmentRow row in rows)
        {
            if (row.License.Sku == sku.Index)
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>Where a row stands among all.</summary>
    public static string Mark(AssignmentRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.AssignedTo.Position} {row.License.Sku}");

    /// <summary>Those of everybody after a mark; null for a mark that is none.</summary>
    public static IEnumerable<AssignmentRow>? After(Tenant tenant, string? mark) =>
        Read(mark) is { } place ? All(tenant, place.Holder).Where(row => row.AssignedTo.Position > place.Holder || row.License.Sku > place.Sku) : null;

    /// <summary>Those of one SKU after a mark; null for a mark that is none.</summary>
    public static IEnumerable<AssignmentRow>? After(Tenant tenant, int sku, string? mark) =>
        Read(mark) is { } place ? OfSku(tenant, sku, place.Holder).Where(row => row.AssignedTo.Position > place.Holder) : null;

    private static (int Holder, int Sku)? Read(string? mark)
    {
        if (mark is null)
        {
            return (-1, -1);
        }

        string[] parts = mark.Split(' ');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int holder)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int sku)
                ? (holder, sku)
                : null;
    }

    private static IEnumerable<AssignmentRow> All(Tenant tenant, int from)
    {
        for (int index = Math.Max(from, 0); index < tenant.Users.Count; index++)
        {
            if (!tenant.LicensesOf(index).Direct.IsEmpty && UserReads.At(tenant, index) is { } user)
            {
                foreach (AssignmentRow row in Of(user))
                {
                    yield return row;
                }
            }
        }

        foreach (GroupRow group in Groups(tenant, from))
        {
            foreach (AssignmentRow row in Of(group))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<AssignmentRow> OfSku(Tenant tenant, int sku, int from)
    {
        foreach (int index in tenant.HoldersOf(sku).From(Math.Max(from, 0)))
        {
            if (tenant.LicensesOf(index).Direct.Disabled(sku) is { } disabled && UserReads.At(tenant, index) is { } user)
            {
                yield return new AssignmentRow(tenant, new MemberRow(user, null), new License(sku, disabled));
            }
        }

        foreach (GroupRow group in Groups(tenant, from))
        {
            if (group.Group.Licenses.Disabled(sku) is { } disabled)
            {
                yield return new AssignmentRow(tenant, new MemberRow(null, group), new License(sku, disabled));
            }
        }
    }

    private static IEnumerable<GroupRow> Groups(Tenant tenant, int from)
    {
        for (int index = Math.Max(MemberRow.GroupsAfter(from), 0); index < tenant.Groups.Count; index++)
        {
            if (!tenant.Groups[index].IsDeleted)
            {
                yield return GroupAt(tenant, index);
            }
        }
    }

    private static GroupRow GroupAt(Tenant tenant, int index)
    {
        Group group = tenant.Groups[index];
        return new GroupRow(tenant, index, group);
    }
}
