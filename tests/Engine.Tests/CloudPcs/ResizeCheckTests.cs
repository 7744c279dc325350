using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Whether a Cloud PC can get another size, in the order of B277 (C60, C61, C70, C71).</summary>
public sealed class ResizeCheckTests
{
    private const string Small = "CPC_E_2C_4GB_128GB";
    private const string Big = "CPC_E_4C_16GB_256GB";

    private readonly TenantUnderTest _tenant = new();

    [Theory]
    [InlineData("CPC_E_2C_4GB_64GB", "a disk of 128 GB")]
    [InlineData("CPC_1", "the size 2vCPU/4GB/128GB already")]
    [InlineData("CPC_B_4C_16RAM_256GB", "is not that of an Enterprise Cloud PC")]
    [InlineData("CPC_S_4C_16GB_256GB", "is not that of an Enterprise Cloud PC")]
    [InlineData("EXCHANGE_S_FOUNDATION", "is not that of an Enterprise Cloud PC")]
    public void A_size_that_does_not_fit_is_not_supported(string plan, string why)
    {
        CloudPc row = Row(Owner(Small));
        Refusal refusal = Refused(row, _tenant.Plan(plan));
        Assert.Equal((RefusalCode.OperationNotSupported, row.Id), (refusal.Code, refusal.Subject));
        Assert.Contains(why, refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_with_graphics_is_not_resized()
    {
        _tenant.Do(new Command.ImportCatalog([new CatalogRow("GRAPHICS", Guid.NewGuid(), "Graphics", "CPC_E_8C_32GB_512GB_GPU", Guid.NewGuid(), "Graphics")], null));
        CloudPc row = Row(Owner(Small));
        Refusal to = Refused(row, _tenant.Plan("CPC_E_8C_32GB_512GB_GPU"));
        Refusal from = Refused(row with { Plan = _tenant.Now.Catalog.Plans.First(plan => plan.Name == "CPC_E_8C_32GB_512GB_GPU").Index }, _tenant.Plan("CPC_E_8C_32GB_512GB"));
        Assert.All([to, from], refusal => Assert.Equal(RefusalCode.OperationNotSupported, refusal.Code));
        Assert.All([to, from], refusal => Assert.Contains("graphics", refusal.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_that_nobody_knows_is_not_supported() =>
        Assert.Equal(RefusalCode.OperationNotSupported, Refused(Row(Owner(Small)), Guid.NewGuid()).Code);

    [Fact]
    public void Only_an_Enterprise_Cloud_PC_is_resized()
    {
        CloudPc row = Row(Owner("CPC_B_2C_4RAM_128GB"), "CPC_B_2C_4RAM_128GB");
        Assert.Equal(RefusalCode.OperationNotSupported, Refused(row, _tenant.Plan("CPC_E_4C_16GB_256GB")).Code);
    }

    [Fact]
    public void Only_a_provisioned_one_is_resized()
    {
        CloudPc row = Row(Owner(Small));
        foreach (CloudPcStatus status in Enum.GetValues<CloudPcStatus>().Where(status => status != CloudPcStatus.Provisioned))
        {
            Refusal refusal = Refused(row with { Status = status }, BigPlan);
            Assert.Equal((RefusalCode.OperationConflict, status.ToName()), (refusal.Code, refusal.Name));
        }
    }

    [Fact]
    public void A_license_or_a_Cloud_PC_of_the_target_stands_in_the_way()
    {
        Guid owner = Owner(Small);
        _tenant.Buy(Big, 2);
        CloudPc row = Row(owner);
        CloudPc other = row with { Id = Guid.NewGuid(), Plan = PlanOf(Big) };
        Assert.Equal(RefusalCode.TargetLicenseHasAssigned, Refused(row, BigPlan, other).Code);
        Assert.IsType<ResizeWay.Direct>(Way(row, BigPlan, other with { Status = CloudPcStatus.Deprovisioning }), exactMatch: true);
        _tenant.Assign(owner, Big);
        Assert.Equal(RefusalCode.TargetLicenseHasAssigned, Refused(row, BigPlan).Code);
    }

    [Fact]
    public void Without_a_free_license_of_the_target_nothing_is_resized()
    {
        CloudPc row = Row(Owner(Small));
        Assert.Equal((RefusalCode.NoLicenseForSize, BigPlan), (Refused(row, BigPlan).Code, Refused(row, BigPlan).Subject!.Value));
        _tenant.Buy(Big, 1, SubscriptionStatus.Suspended);
        Assert.Equal(RefusalCode.NoLicenseForSize, Refused(row, BigPlan).Code);
        _tenant.Buy(Big, 1);
        Assert.IsType<ResizeWay.Direct>(Way(row, BigPlan), exactMatch: true);
        _tenant.Assign(_tenant.User(), Big);
        Assert.Equal(RefusalCode.NoLicenseForSize, Refused(row, BigPlan).Code);
    }

    /// <summary>A slot can be taken although a seat is free: of somebody in the grace period (C45).</summary>
    [Fact]
    public void Without_a_free_slot_of_the_target_nothing_is_resized()
    {
        CloudPc row = Row(Owner(Small));
        _tenant.Buy(Big, 1);
        ResizeFacts facts = ResizeFacts.Of(_tenant.Now) with { SlotsUsed = _ => 1 };
        Assert.Equal(RefusalCode.NoLicenseForSize, Assert.IsType<ResizeWay.Refused>(ResizeCheck.Of(facts, row, BigPlan), exactMatch: true).Refusal.Code);
    }

    [Fact]
    public void A_direct_license_is_switched()
    {
        CloudPc row = Row(Owner(Small));
        _tenant.Buy(Big, 1);
        ResizeWay.Direct way = Assert.IsType<ResizeWay.Direct>(Way(row, BigPlan), exactMatch: true);
        Assert.Equal((PlanOf(Big), SkuOf(Big)), (way.Target, way.Add));
        Assert.Equal([SkuOf(Small)], way.Remove);
    }

    [Fact]
    public void Paid_licenses_are_taken_before_trials_and_then_in_the_order_of_the_catalog()
    {
        // Two SKUs with one plan (C32).
        CloudPc row = Row(Owner("CPC_E_2C_4GB_64GB"), "CPC_E_2C_4GB_64GB");
        string[] both = [Small, "CPC_LVL_1"];
        Array.Sort(both, (one, other) => SkuOf(one).CompareTo(SkuOf(other)));
        Trial(both[0]);
        Assert.Equal(SkuOf(both[0]), Assert.IsType<ResizeWay.Direct>(Way(row, _tenant.Plan("CPC_1")), exactMatch: true).Add);
        _tenant.Buy(both[1], 1);
        Assert.Equal(SkuOf(both[1]), Assert.IsType<ResizeWay.Direct>(Way(row, _tenant.Plan("CPC_1")), exactMatch: true).Add);
        _tenant.Buy(both[0], 1);
        Assert.Equal(SkuOf(both[0]), Assert.IsType<ResizeWay.Direct>(Way(row, _tenant.Plan("CPC_1")), exactMatch: true).Add);
    }

    [Fact]
    public void A_license_of_a_group_is_for_the_group_to_change()
    {
        _tenant.Buy(Small, 2);
        _tenant.Buy(Big, 1);
        Guid user = _tenant.User(), group = _tenant.Group(user);
        _tenant.License(group, Small);
        CloudPc row = Row(user);
        Assert.Equal(PlanOf(Big), Assert.IsType<ResizeWay.ByGroup>(Way(row, BigPlan), exactMatch: true).Target);
        _tenant.Assign(user, Small);
        Assert.IsType<ResizeWay.ByGroup>(Way(row, BigPlan), exactMatch: true);
    }

    private Guid BigPlan => _tenant.Plan("CPC_E_4C_16GB_256GB");

    private Guid Owner(string partNumber)
    {
        _tenant.Buy(partNumber, 1);
        Guid user = _tenant.User();
        _tenant.Assign(user, partNumber);
        return user;
    }

    private void Trial(string partNumber) =>
        _tenant.Do(new Command.CreateSubscription(Guid.NewGuid(), _tenant.Sku(partNumber), 1, SubscriptionStatus.Enabled, true));

    private int SkuOf(string partNumber) => _tenant.Now.Catalog.FindByPartNumber(partNumber).First().Index;

    private int PlanOf(string partNumber) =>
        _tenant.Now.Catalog.Skus[SkuOf(partNumber)].Plans.First(plan => _tenant.Now.Catalog.CloudPcPlanOf(plan) is not null);

    private CloudPc Row(Guid user, string partNumber = Small) =>
        new(Guid.NewGuid(), user, _tenant.Now.FindUser(user), PlanOf(partNumber), CloudPcStatus.Provisioned);

    private ResizeWay Way(CloudPc row, Guid target, params CloudPc[] others) =>
        ResizeCheck.Of(ResizeFacts.Of(_tenant.Now) with { RowsOf = _ => others.Append(row) }, row, target);

    private Refusal Refused(CloudPc row, Guid target, params CloudPc[] others) =>
        Assert.IsType<ResizeWay.Refused>(Way(row, target, others), exactMatch: true).Refusal;
}
