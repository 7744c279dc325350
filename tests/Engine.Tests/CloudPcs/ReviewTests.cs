using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Cloud PCs that an administrator looks into (B373).</summary>
public sealed class ReviewTests
{
    private const string Account = "/subscriptions/1/resourceGroups/Review/providers/Microsoft.Storage/storageAccounts/evidence";

    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;

    public ReviewTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 5);
        _user = Tenant.User();
        _desk.Policy(Tenant.Group(_user));
        Tenant.Assign(_user, CloudPcDesk.Small);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private Guid CloudPc => _desk.Only(_user).Id;

    [Fact]
    public void A_review_that_restricts_signs_out_and_lets_nobody_in_until_it_ends()
    {
        SignIn();
        DateTimeOffset since = _desk.Time;
        Place(new CloudPcReview(default, true, Account, "container"));
        Assert.Equal(new CloudPcReview(since, true, Account, "container"), _desk.Only(_user).Review);
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Assert.Equal(since, _desk.Only(_user).Use!.SignedOutAt);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(_user).Status);
        Refusal refusal = Tenant.Refused(new Command.StartSession(Guid.NewGuid(), _user, CloudPc));
        Assert.Equal((RefusalCode.CloudPcNotReady, "under review"), (refusal.Code, refusal.Name));

        _desk.Pass(TimeSpan.FromHours(1));
        Place(new CloudPcReview(default, false, null, null));
        Assert.Equal(new CloudPcReview(since, false, null, null), _desk.Only(_user).Review);
        SignIn();

        Place(null);
        Assert.Null(_desk.Only(_user).Review);
        Assert.Null(Tenant.Do(new Command.SetReviewStatus(CloudPc, null)).Event);
        Assert.Single(Tenant.Now.Fleet.Sessions);
    }

    [Fact]
    public void A_review_stays_when_the_machine_is_made_anew_and_goes_with_the_Cloud_PC()
    {
        Place(new CloudPcReview(default, true, null, null));
        Tenant.Do(new Command.Reprovision(CloudPc, null));
        Assert.NotNull(_desk.Only(_user).Review);

        Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with { Host = HostKind.Agent }));
        _desk.Take(_user, CloudPcDesk.Small);
        Assert.NotNull(_desk.Only(_user).Review);
        Tenant.Do(new Command.EndGracePeriod(CloudPc));
        Assert.Equal((CloudPcStatus.Deprovisioning, (CloudPcReview?)null), (_desk.Only(_user).Status, _desk.Only(_user).Review));
    }

    [Fact]
    public void Only_what_can_be_used_is_placed_under_review()
    {
        Guid other = Tenant.User();
        Tenant.Assign(other, CloudPcDesk.Small);
        Guid waiting = _desk.Only(other).Id;
        Assert.Equal(RefusalCode.OperationConflict, Refused(waiting, new CloudPcReview(default, true, null, null)).Code);
        Assert.Null(Tenant.Do(new Command.SetReviewStatus(waiting, null)).Event);
        Assert.Equal(RefusalCode.CloudPcNotFound, Refused(Guid.NewGuid(), null).Code);
    }

    [Fact]
    public void The_storage_account_is_one_by_its_form_and_length()
    {
        string longest = Account + new string('x', CloudPcReview.LongestAccountId - Account.Length);
        Place(new CloudPcReview(default, false, longest, new string('c', CloudPcReview.LongestContainerName)));
        Assert.Equal("azureStorageAccountId", Refused(CloudPc, new CloudPcReview(default, false, longest + "x", null)).Name);
        Assert.Equal("azureStorageAccountId", Refused(CloudPc, new CloudPcReview(default, false, "/subscriptions/1", null)).Name);
        Assert.Equal("azureStorageContainerName", Refused(CloudPc, new CloudPcReview(default, false, null, new string('c', CloudPcReview.LongestContainerName + 1))).Name);
        Assert.Equal("azureStorageContainerName", Refused(CloudPc, new CloudPcReview(default, false, null, "")).Name);
    }

    private void Place(CloudPcReview? review) => Tenant.Do(new Command.SetReviewStatus(CloudPc, review));

    private Refusal Refused(Guid cloudPc, CloudPcReview? review) => Tenant.Refused(new Command.SetReviewStatus(cloudPc, review));

    private void SignIn() => Tenant.Do(new Command.StartSession(Guid.NewGuid(), _user, CloudPc));
}
