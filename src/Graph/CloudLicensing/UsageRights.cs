using Berth.Engine;
using Berth.Engine.Licensing;
using Berth.Graph.Reads;

namespace Berth.Graph.CloudLicensing;

/// <summary>Usage rights: of a user what licenses in force add up to, of a group what it is assigned (B583).</summary>
internal static class UsageRights
{
    /// <summary>A user's, ascending by SKU: those of <c>licenseDetails</c>.</summary>
    public static IEnumerable<UsageRightRow> Of(UserRow user)
    {
        foreach (int sku in user.Licenses.Held())
        {
            yield return Right(user, sku);
        }
    }

    /// <summary>A user's right to a SKU, or null.</summary>
    public static UsageRightRow? Of(UserRow user, int sku) => user.Licenses.Holds(sku) ? Right(user, sku) : null;

    /// <summary>A group's, ascending by SKU.</summary>
    public static IEnumerable<UsageRightRow> Of(GroupRow group)
    {
        foreach (License license in group.Group.Licenses.Items)
        {
            yield return new UsageRightRow(group.Tenant, group.Group.Id, license);
        }
    }

    private static UsageRightRow Right(UserRow user, int sku) => new(user.Tenant, user.User.Id, new License(sku, user.Licenses.MergedDisabled(sku)));
}
