using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Berth.Graph.Reads;

namespace Berth.Graph.CloudLicensing;

/// <summary>The pool of a SKU that is the tenant's (B580). Its position is the SKU's index.</summary>
internal readonly record struct AllotmentRow(Tenant Tenant, Sku Sku) : IRow
{
    /// <inheritdoc/>
    public int Position => Sku.Index;

    /// <summary>The id.</summary>
    public string Id => LicensingId.Of(LicensingKind.Allotment, Tenant.Profile.Id, Sku.Id);

    /// <summary>The purchases behind it, as <c>subscribedSkus</c> names them.</summary>
    public IEnumerable<Subscription> Subscriptions() => new SkuRow(Tenant, Sku.Index, Sku).Subscriptions();

    /// <summary>The allotment of a SKU.</summary>
    public static AllotmentRow Of(Tenant tenant, int sku) => new(tenant, tenant.Catalog.Skus[sku]);
}

/// <summary>A license given to a user directly, or to a group (B582). Its position is the SKU's index: it tells apart what one holder has.</summary>
internal readonly record struct AssignmentRow(Tenant Tenant, MemberRow AssignedTo, License License) : IRow
{
    /// <inheritdoc/>
    public int Position => License.Sku;

    /// <summary>The object id of the user or group.</summary>
    public Guid HolderId => AssignedTo.User?.User.Id ?? AssignedTo.Group!.Value.Group.Id;

    /// <summary>The id.</summary>
    public string Id => LicensingId.Of(LicensingKind.Assignment, HolderId, Tenant.Catalog.Skus[License.Sku].Id);

    /// <summary>The pool it takes from.</summary>
    public AllotmentRow Allotment => AllotmentRow.Of(Tenant, License.Sku);
}

/// <summary>What a user may use of a SKU, or what the direct members of a group are meant to (B583). Its position is the SKU's index.</summary>
internal readonly record struct UsageRightRow(Tenant Tenant, Guid HolderId, License License) : IRow
{
    /// <inheritdoc/>
    public int Position => License.Sku;

    /// <summary>The SKU.</summary>
    public Sku Sku => Tenant.Catalog.Skus[License.Sku];

    /// <summary>The id.</summary>
    public string Id => LicensingId.Of(LicensingKind.UsageRight, HolderId, Sku.Id);

    /// <summary>The plans that are on.</summary>
    public IEnumerable<ServicePlan> Services()
    {
        ValueArray<int> disabled = License.Disabled;
        foreach (int plan in Sku.Plans)
        {
            if (disabled.Span.BinarySearch(plan) < 0)
            {
                yield return Tenant.Catalog.Plans[plan];
            }
        }
    }
}

/// <summary>A user who waits for a seat of a SKU (B584). Its position is the SKU's index: it tells apart what one user waits for.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Pair">The user's earliest pair that waits for it.</param>
/// <param name="Sku">The SKU's index.</param>
internal readonly record struct WaitingMemberRow(Tenant Tenant, WaitingPair Pair, int Sku) : IRow
{
    /// <inheritdoc/>
    public int Position => Sku;

    /// <summary>The id.</summary>
    public string Id => LicensingId.Of(LicensingKind.WaitingMember, Pair.UserId, Tenant.Catalog.Skus[Sku].Id);

    /// <summary>The pool.</summary>
    public AllotmentRow Allotment => AllotmentRow.Of(Tenant, Sku);
}

/// <summary>A row of <c>licenseAssignmentStates</c> that shows an error (B585).</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Pair">The user and the group.</param>
/// <param name="State">The row; its error is one.</param>
internal readonly record struct AssignmentErrorRow(Tenant Tenant, WaitingPair Pair, LicenseState State) : IRow
{
    /// <inheritdoc/>
    public int Position => State.Sku;

    /// <summary>The SKU's id.</summary>
    public Guid SkuId => Tenant.Catalog.Skus[State.Sku].Id;

    /// <summary>The id.</summary>
    public string Id => LicensingId.Of(LicensingKind.AssignmentError, Pair.UserId, Pair.GroupId, SkuId);

    /// <summary>What the user has of the SKU all the same, or null.</summary>
    public UsageRightRow? UsageRight() => UsageRights.Of(UserReads.At(Tenant, Pair.User)!.Value, State.Sku);
}
