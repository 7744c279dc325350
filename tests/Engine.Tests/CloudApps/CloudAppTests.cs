using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Tests.Frontline;
using Xunit;

namespace Berth.Engine.Tests.CloudApps;

/// <summary>Cloud apps: what golden cases do not say (C125, B468 to B477).</summary>
public sealed class CloudAppTests
{
    private const string Path = @"C:\Apps\ledger.exe";

    private readonly ShiftDesk _desk = new(licenses: 2);
    private readonly Guid _user;
    private readonly Guid _group;
    private readonly Guid _policy;

    public CloudAppTests()
    {
        _user = Tenant.User();
        _group = Tenant.Group(_user);
        _policy = Policy("win11-24h2-ent-cpc");
        _desk.Allot(_policy, _group, 1);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    private CloudApp[] Apps => Of(_policy);

    [Fact]
    public void An_image_has_the_apps_of_its_Windows_and_of_Microsoft_365_when_that_is_on_it() // B468, B469
    {
        Assert.Equal(
            ["Character Map", "Command Prompt", "Control Panel", "Microsoft Edge", "Notepad", "Paint", "Registry Editor", "Remote Desktop Connection", "Windows PowerShell"],
            Apps.Select(app => app.DiscoveredName));
        Assert.All(Apps, app => Assert.Equal((app.DiscoveredName, "", app.Detail, false, Tenant.Now.Fleet.FindPolicy(_policy)), (app.DisplayName, app.Description, app.Original, app.IsByPath, app.Policy)));
        Assert.Equal(@"shell:AppsFolder\Microsoft.Paint_8wekyb3d8bbwe!App", Find("Paint").Detail.FilePath);
        Assert.Equal("", Find("Paint").Detail.IconPath);
        Assert.Equal((@"C:\Windows\regedit.exe", @"C:\Windows\regedit.exe", "", 0), (Find("Registry Editor").Detail.FilePath, Find("Registry Editor").Detail.IconPath, Find("Registry Editor").Detail.CommandLine, Find("Registry Editor").Detail.IconIndex));

        Guid old = Policy("win10-22h2-ent-cpc-m365");
        _desk.Allot(old, _group, 1);
        Assert.Equal(["Access", "Excel", "OneNote", "Outlook (classic)", "PowerPoint", "Word"], Of(old).Select(app => app.DiscoveredName).Except(Apps.Select(app => app.DiscoveredName)));
        Assert.Equal(@"C:\Windows\system32\mspaint.exe", Of(old).Single(app => app.DiscoveredName == "Paint").Detail.FilePath);
        Assert.All(GalleryImages.All, image => Assert.Equal(image.SkuName.EndsWith("-m365", StringComparison.Ordinal) ? 15 : 9, ImageApps.Of(image).Count));
        Assert.Equal(ImageApps.Of(GalleryImages.Newest(isWindows10: false)).Take(9), ImageApps.Of(null));
    }

    [Fact]
    public void Another_image_or_another_group_changes_no_app_and_a_desktop_policy_has_none() // B468
    {
        CloudApp[] before = Apps;
        ProvisioningPolicy policy = Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(_policy)];
        Tenant.Do(new Command.UpdatePolicy(policy with { ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc-m365" }));
        _desk.Allot(_policy, Tenant.Group(), 1);
        Assert.Equal(before.Select(app => app.Id), Apps.Select(app => app.Id));
        Assert.Empty(Of(_desk.Assign(_group, 1, shared: true).Policy));
    }

    [Fact]
    public void When_the_last_group_is_deleted_the_apps_are_gone() // B476
    {
        Guid first = Apps[0].Id;
        Tenant.Do(new Command.DeleteGroup(_group));
        Assert.Empty(Tenant.Now.CloudApps.Apps);
        Assert.Null(Tenant.Now.CloudApps.DueAt);
        Assert.Equal(RefusalCode.CloudAppNotFound, Tenant.Refused(new Command.DeleteCloudApp(first)).Code);
        _desk.Allot(_policy, Tenant.Group(_user), 1);
        Assert.DoesNotContain(first, Apps.Select(app => app.Id));
        Tenant.Do(new Command.AssignPolicy(_policy, []));
        TenantUnderTest.SameAs(Tenant.Now, Deciding.Restore(Tenant.Now.Version, Deciding.Describe(Tenant.Now)));
    }

    [Fact]
    public void It_is_looked_for_for_five_minutes_and_published_for_one() // B470, B472
    {
        Guid id = Find("Paint").Id;
        DateTimeOffset start = _desk.Time;
        Assert.Equal(start.AddMinutes(5), Tenant.Now.NextDue);
        _desk.Pass(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal((RefusalCode.CloudAppNotReady, "preparing"), Why(new Command.PublishCloudApps([id])));
        _desk.Pass(TimeSpan.FromTicks(1));
        Tenant.Do(new Command.PublishCloudApps([id]));
        Assert.Equal((CloudAppStatus.Publishing, false, null), (Find("Paint").Status, Find("Paint").IsAvailable, Find("Paint").PublishedAt));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((CloudAppStatus.Published, true, start.AddMinutes(6)), (Find("Paint").Status, Find("Paint").IsAvailable, Find("Paint").PublishedAt));
        Assert.Null(Find("Paint").DueAt);
        Assert.Equal((RefusalCode.CloudAppNotReady, "published"), Why(new Command.PublishCloudApps([id])));
        Assert.Null(Tenant.Do(new Command.UpdateCloudApp(id) { DisplayName = "Paint" }).Event);
        Assert.Null(Tenant.Do(new Command.ResetCloudApps([id])).Event);
    }

    [Theory]
    [InlineData("displayName", CloudApp.LongestName)]
    [InlineData("discoveredAppName", CloudApp.LongestName)]
    [InlineData("description", CloudApp.LongestDescription)]
    [InlineData("filePath", CloudAppDetail.LongestPath)]
    [InlineData("iconPath", CloudAppDetail.LongestPath)]
    [InlineData("commandLineArguments", CloudAppDetail.LongestCommandLine)]
    public void A_text_is_as_long_as_it_may_be(string property, int longest) // B473
    {
        Assert.Equal((RefusalCode.ValueInvalid, property), Why(With(longest + 1)));
        Tenant.Do(With(longest));
        if (property is "displayName" or "discoveredAppName" or "filePath")
        {
            Assert.Equal((RefusalCode.ValueInvalid, property), Why(With(0)));
        }
        else
        {
            Tenant.Do(With(0) with { DisplayName = "Other" });
        }

        Command.CreateCloudApp With(int length)
        {
            string text = new('a', length);
            Command.CreateCloudApp create = Create("Ledger");
            return property switch
            {
                "displayName" => create with { DisplayName = text },
                "discoveredAppName" => create with { DiscoveredName = text },
                "description" => create with { Description = text },
                "filePath" => create with { Detail = create.Detail with { FilePath = text } },
                "iconPath" => create with { Detail = create.Detail with { IconPath = text } },
                _ => create with { Detail = create.Detail with { CommandLine = text } },
            };
        }
    }

    [Fact]
    public void An_icon_index_is_not_negative_and_an_update_is_checked_like_an_app_that_comes() // B473
    {
        Command.CreateCloudApp create = Create("Ledger");
        Assert.Equal((RefusalCode.ValueInvalid, "iconIndex"), Why(create with { Detail = create.Detail with { IconIndex = -1 } }));
        Tenant.Do(create with { Detail = create.Detail with { IconIndex = 3 } });
        _desk.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal((RefusalCode.ValueInvalid, "iconIndex"), Why(new Command.UpdateCloudApp(create.Id) { IconIndex = -1 }));
        Assert.Equal((RefusalCode.ValueInvalid, "displayName"), Why(new Command.UpdateCloudApp(create.Id) { DisplayName = "" }));
        Tenant.Do(new Command.UpdateCloudApp(create.Id) { Description = "d", CommandLine = "-x", FilePath = @"D:\l.exe", IconIndex = 0 });
        Assert.Equal(("d", new CloudAppDetail(@"D:\l.exe", "-x", "", 0), CloudAppStatus.Ready), (Find("Ledger").Description, Find("Ledger").Detail, Find("Ledger").Status));
    }

    [Fact]
    public void A_discovered_app_is_one_of_the_image_and_an_id_occurs_once() // B471
    {
        Command.CreateCloudApp create = Create("Other") with { IsByPath = false };
        Assert.Equal((RefusalCode.ValueInvalid, "filePath"), Why(create));
        Tenant.Do(create with { Detail = create.Detail with { FilePath = @"c:\WINDOWS\regedit.exe" } });
        Assert.Equal(RefusalCode.IdTaken, Tenant.Refused(Create("More") with { Id = create.Id }).Code);
        Assert.Equal((RefusalCode.ValueInvalid, "provisioningPolicyId"), Why(Create("More") with { PolicyId = _desk.Assign(_group, 1, shared: true).Policy }));
    }

    [Fact]
    public void A_policy_has_a_thousand_apps_of_which_users_get_five_hundred() // B471, B472, B474
    {
        while (Apps.Length < CloudApp.MostOfPolicy)
        {
            Tenant.Replay(new Change.CloudAppSet(Tenant.Now.CloudApps.NextApp, Find("Registry Editor") with { Id = Guid.NewGuid(), DisplayName = $"App {Apps.Length}" }));
        }

        Assert.Equal(RefusalCode.TooManyObjects, Tenant.Refused(Create("One more")).Code);
        Tenant.Do(new Command.DeleteCloudApp(Apps[^1].Id));
        Tenant.Do(Create("The last"));
        _desk.Pass(TimeSpan.FromMinutes(5));
        ValueArray<Guid> most = Apps.Take(CloudApp.MostAvailable).Select(app => app.Id).ToValueArray();
        Guid next = Apps[CloudApp.MostAvailable].Id;
        Assert.Equal((RefusalCode.ValueInvalid, "cloudAppIds"), Why(new Command.PublishCloudApps([])));
        Assert.Equal((RefusalCode.ValueInvalid, "cloudAppIds"), Why(new Command.PublishCloudApps([.. most, next])));
        Tenant.Do(new Command.PublishCloudApps(most));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(CloudApp.MostAvailable, Apps.Count(app => app.IsAvailable));
        Tenant.Do(new Command.PublishCloudApps([next]));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(CloudAppError.CloudAppQuotaExceeded, Apps.Single(app => app.Id == next).Error);
        Tenant.Do(new Command.UnpublishCloudApps([most[0]]));
        Tenant.Do(new Command.PublishCloudApps([next]));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((CloudAppStatus.Published, null), (Apps.Single(app => app.Id == next).Status, Apps.Single(app => app.Id == next).Error));

        // A change of one of five hundred needs no place of its own.
        Tenant.Do(new Command.UpdateCloudApp(next) { Description = "changed" });
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(CloudAppStatus.Published, Apps.Single(app => app.Id == next).Status);
    }

    [Theory]
    [InlineData(@"C:\a", null)]
    [InlineData(@"z:\a b\c.exe", null)]
    [InlineData(@"C:\", CloudAppError.FilePathInvalid)]
    [InlineData(@"C:a.exe", CloudAppError.FilePathInvalid)]
    [InlineData(@"1:\a.exe", CloudAppError.FilePathInvalid)]
    [InlineData(@"\\server\a.exe", CloudAppError.FilePathInvalid)]
    [InlineData("C:/a.exe", CloudAppError.FilePathInvalid)]
    [InlineData(@"SHELL:appsfolder\a!b", null)]
    [InlineData(@"shell:AppsFolder\a!", CloudAppError.FilePathInvalid)]
    [InlineData(@"shell:AppsFolder\!b", CloudAppError.FilePathInvalid)]
    [InlineData(@"shell:AppsFolder\a!b!c", CloudAppError.FilePathInvalid)]
    public void A_path_is_absolute_or_a_packaged_app(string path, CloudAppError? error) // B474
    {
        Command.CreateCloudApp create = Create("Ledger");
        Tenant.Do(create with { Detail = create.Detail with { FilePath = path } });
        _desk.Pass(TimeSpan.FromMinutes(5));
        Tenant.Do(new Command.PublishCloudApps([create.Id]));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(error, Find("Ledger").Error);
    }

    [Fact]
    public void A_change_that_cannot_be_published_takes_the_app_from_users() // B473, B474
    {
        Command.CreateCloudApp create = Create("Ledger");
        Tenant.Do(create);
        _desk.Pass(TimeSpan.FromMinutes(5));
        Tenant.Do(new Command.PublishCloudApps([create.Id]));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Tenant.Do(new Command.UpdateCloudApp(create.Id) { IconPath = "icon" });
        Assert.True(Find("Ledger").IsAvailable);
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((CloudAppStatus.Failed, CloudAppError.IconPathInvalid, false), (Find("Ledger").Status, Find("Ledger").Error, Find("Ledger").IsAvailable));
    }

    [Fact]
    public void An_app_of_another_policy_is_none_of_the_assignments() // B477
    {
        Guid other = Policy("win11-24h2-ent-cpc"), assignment = _desk.Allot(other, _group, 1);
        Assert.Equal(RefusalCode.CloudAppNotFound, Tenant.Refused(new Command.StartPoolSession(Guid.NewGuid(), _user, assignment) { CloudAppId = Find("Paint").Id }).Code);
        Assert.Equal(
            (RefusalCode.CloudAppNotReady, "preparing"),
            Why(new Command.StartPoolSession(Guid.NewGuid(), _user, assignment) { CloudAppId = Of(other)[0].Id }));
    }

    private (RefusalCode Code, string? Name) Why(Command command) => Tenant.Refused(command) is var refusal ? (refusal.Code, refusal.Name) : default;

    private CloudApp Find(string name) => Apps.Single(app => app.DisplayName == name);

    private CloudApp[] Of(Guid policy) => [.. Tenant.Now.CloudApps.OfPolicy(Tenant.Now.Fleet.FindPolicy(policy)).Select(index => Tenant.Now.CloudApps.Apps[index])];

    private Command.CreateCloudApp Create(string name) => new(Guid.NewGuid(), _policy, name, name, "", new CloudAppDetail(Path, "", "", 0), IsByPath: true);

    private Guid Policy(string image)
    {
        Guid id = Guid.NewGuid();
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(id, $"Apps {id}")
        {
            ProvisioningType = ProvisioningType.SharedByEntraGroup,
            UserExperienceType = UserExperienceType.CloudApp,
            ImageId = $"microsoftwindowsdesktop_windows-ent-cpc_{image}",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        }));
        return id;
    }
}
