using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Images of the tenant's own; every accepted command is replayed by <see cref="TenantUnderTest"/>.</summary>
public class DeviceImageTests
{
    private const string Compute = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c585ad47/resourceGroups/Images/providers/Microsoft.Compute";

    [Fact]
    public void A_tenant_has_twenty_images_and_not_one_more()
    {
        // B311
        TenantUnderTest tenant = new();
        Assert.Equal(20, DeviceImage.MostImages);
        for (int i = 0; i < DeviceImage.MostImages; i++)
        {
            tenant.Do(new Command.CreateDeviceImage(Image("Build", $"1.0.{i}")));
        }

        Assert.Equal(RefusalCode.TooManyObjects, tenant.Refused(new Command.CreateDeviceImage(Image("Build", "2.0"))).Code);
        tenant.Do(new Command.DeleteDeviceImage(tenant.Now.Fleet.DeviceImages.Keys.First()));
        tenant.Do(new Command.CreateDeviceImage(Image("Build", "2.0")));
    }

    [Fact]
    public void A_name_may_come_again_with_another_version()
    {
        // B311
        TenantUnderTest tenant = new();
        DeviceImage first = Image("Build", "1.0");
        tenant.Do(new Command.CreateDeviceImage(first));
        Assert.Equal(TenantUnderTest.Noon, tenant.Now.Fleet.DeviceImages[first.Id].ModifiedAt);
        Assert.Equal(RefusalCode.DisplayNameTaken, tenant.Refused(new Command.CreateDeviceImage(Image("BUILD", "1.0"))).Code);
        tenant.Do(new Command.CreateDeviceImage(Image("Build", "1.1")));
        Assert.Equal(RefusalCode.IdTaken, tenant.Refused(new Command.CreateDeviceImage(Image("Other", "1.0") with { Id = first.Id })).Code);
        tenant.Do(new Command.DeleteDeviceImage(first.Id));
        Assert.Equal(RefusalCode.DeviceImageNotFound, tenant.Refused(new Command.DeleteDeviceImage(first.Id)).Code);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0.0.1", true)]
    [InlineData("1.2.3.4", true)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("1..2", false)]
    [InlineData("", false)]
    [InlineData("1.x", false)]
    [InlineData("1234567890", false)]
    public void A_version_is_up_to_four_numbers(string version, bool good) =>
        // B311
        Assert.Equal(good, DeviceImage.IsVersion(version));

    [Theory]
    [InlineData("/images/win11", true)]
    [InlineData("/galleries/g/images/win11", true)]
    [InlineData("/galleries/g/images/win11/versions/1.0.0", true)]
    [InlineData("/images/", false)]
    [InlineData("/disks/win11", false)]
    public void A_source_is_an_image_of_Azure(string path, bool good)
    {
        // B311
        TenantUnderTest tenant = new();
        Command create = new Command.CreateDeviceImage(Image("Build", "1.0") with { SourceImageResourceId = Compute + path });
        Assert.Equal(good ? null : "sourceImageResourceId", (tenant.Decide(create) as Decision.Refused)?.Refusal.Name);
        Assert.Equal("displayName", tenant.Refused(new Command.CreateDeviceImage(Image(" ", "1.0"))).Name);
        Assert.Equal("version", tenant.Refused(new Command.CreateDeviceImage(Image("Build", "new"))).Name);
    }

    [Fact]
    public void An_image_that_a_policy_names_stays()
    {
        // B311
        TenantUnderTest tenant = new();
        DeviceImage image = Image("Build", "1.0");
        tenant.Do(new Command.CreateDeviceImage(image));
        ProvisioningPolicy policy = new(Guid.NewGuid(), "A policy")
        {
            ImageType = ImageType.Custom, ImageId = $"{image.Id}".ToUpperInvariant(), ImageDisplayName = "Build",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        };
        tenant.Do(new Command.CreatePolicy(policy));
        Refusal refused = tenant.Refused(new Command.DeleteDeviceImage(image.Id));
        Assert.Equal((RefusalCode.DeviceImageInUse, policy.Id), (refused.Code, Assert.Single(refused.Ids)));
        tenant.Do(new Command.DeletePolicy(policy.Id));
        tenant.Do(new Command.DeleteDeviceImage(image.Id));
    }

    private static DeviceImage Image(string name, string version) => new(Guid.NewGuid(), name, version, Compute + "/images/win11", "", "", default);
}
