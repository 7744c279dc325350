using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Graph.History;

/// <summary>Whether a change is about a user, a group or a SKU (B521).</summary>
internal static class OperationTouch
{
    /// <summary>Whether it is about a user.</summary>
    public static bool Touches(Change change, int user) => change switch
    {
        Change.DirectSet set => Has(set.Users, user),
        Change.SourceSet set => Has(set.Users, user),
        Change.MembersAdded added => Has(added.Users, user),
        Change.MembersRemoved removed => Has(removed.Users, user),
        Change.OwnersAdded added => Has(added.Users, user),
        Change.OwnersRemoved removed => Has(removed.Users, user),
        Change.ReportingSet set => set.Manager == user || Has(set.Users, user),
        Change.RelationsEnded ended => Has(ended.Users, user),
        Change.UsersSet set => set.Indexes.Contains(user),
        Change.UserDeleted deleted => deleted.User == user,
        Change.UserToDeletedItems deleted => deleted.User == user,
        Change.UserRestored restored => restored.User == user,
        Change.DeletedItemsPurged purged => Has(purged.Users, user),
        Change.CloudPcSet set => set.CloudPc.User == user,
        Change.CloudPcsCame came => came.Users.Contains(user),
        Change.SessionSet set => set.Session.User == user,
        Change.ConnectionRefused refused => refused.User == user,
        Change.StorageAttached attached => attached.User == user,
        Change.StoragesDeleted deleted => Has(deleted.Users, user),
        _ => false,
    };

    /// <summary>Whether it is about a group.</summary>
    public static bool TouchesGroup(Change change, int group) => change switch
    {
        Change.SourceSet set => set.Group == group,
        Change.GroupSet set => set.Group == group,
        Change.GroupDeleted deleted => deleted.Group == group,
        Change.GroupToDeletedItems deleted => deleted.Group == group,
        Change.GroupRestored restored => restored.Group == group,
        Change.DeletedItemsPurged purged => Has(purged.Groups, group),
        Change.MembersAdded added => added.Group == group || added.Groups.Contains(group),
        Change.MembersRemoved removed => removed.Group == group || removed.Groups.Contains(group),
        Change.OwnersAdded added => added.Group == group,
        Change.OwnersRemoved removed => removed.Group == group,
        Change.GroupLicensesSet set => set.Group == group,
        Change.GroupReprocessAsked asked => asked.Group == group,
        Change.PolicySet set => set.Policy.Assignments.Any(one => one.Group == group),
        Change.Earlier earlier => TouchesGroup(earlier.Fact, group),
        _ => false,
    };

    /// <summary>Whether it is about a SKU.</summary>
    public static bool TouchesSku(Tenant tenant, Change change, int sku) => change switch
    {
        Change.DirectSet set => Differs(set.Before, set.After, sku),
        Change.GroupLicensesSet set => Differs(set.Before, set.After, sku),
        Change.SourceSet set => Differs(set.AppliedBefore, set.Applied, sku)
            || set.ErrorsBefore.FirstOrDefault(error => error.Sku == sku).Error != (set.Trouble?[sku] ?? LicenseError.None),
        Change.SubscriptionSet set => set.Subscription.Sku == sku,
        _ => false,
    };

    private static bool Differs(LicenseSet before, LicenseSet after, int sku) => before.Disabled(sku) != after.Disabled(sku);

    private static bool Has(ValueArray<int> ascending, int item) => ascending.Span.BinarySearch(item) >= 0;
}
