using Berth.Conformance.Tests.Process;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>The tenant itself, as the SDK sees it.</summary>
[Collection(nameof(SdkTenant))]
public sealed class Organizations(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task An_organization_is_the_tenant_with_its_name_country_and_domain(Door door)
    {
        OrganizationCollectionResponse? page = await tenant.Graph(door).Organization.GetAsync(cancellationToken: Cancel);

        Organization organization = Assert.Single(page!.Value!);
        Assert.Equal(BerthProcess.DemoTenant, organization.Id);
        Assert.Equal("Contoso", organization.DisplayName);
        Assert.Equal("US", organization.CountryLetterCode);
        VerifiedDomain domain = Assert.Single(organization.VerifiedDomains!);
        Assert.Equal(("contoso.example", true), (domain.Name, domain.IsDefault));
        Assert.Null(page.OdataNextLink);

        Organization one = (await tenant.Graph(door).Organization[BerthProcess.DemoTenant].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal("Contoso", one.DisplayName);
    }
}
