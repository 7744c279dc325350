using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>SKUs and plans by the names that people know.</summary>
public sealed class SkuBookTests
{
    private static readonly Guid _e3 = new("05e9a617-0261-4cee-bb44-138d3ef5d965");
    private static readonly Guid _own = new("11111111-2222-4333-8444-555555555555");
    private static readonly Guid _ownPlan = new("aaaaaaaa-2222-4333-8444-555555555555");
    private readonly SkuBook _book = new([new WireSku(_own, "CONTOSO_OWN", "Enabled", "User", 1, new WireUnits(2, 0, 0, 0), [new WirePlan(_ownPlan, "OWN_PLAN")])]);

    [Theory]
    [InlineData("SPE_E3")]
    [InlineData("spe_e3")]
    [InlineData("Microsoft 365 E3")]
    [InlineData("microsoft 365 e3")]
    [InlineData("05e9a617-0261-4cee-bb44-138d3ef5d965")]
    [InlineData("{05E9A617-0261-4CEE-BB44-138D3EF5D965}")]
    public void A_SKU_is_found_by_part_number_product_name_and_id(string name) =>
        Assert.Equal(_e3, Assert.IsType<Naming<NamedSku>.One>(_book.Find(name)).Value.Id);

    [Fact]
    public void What_the_tenant_has_is_found_though_no_catalog_names_it() =>
        Assert.Equal(_own, Assert.IsType<Naming<NamedSku>.One>(_book.Find("contoso_own")).Value.Id);

    [Theory]
    [InlineData("MCOPSTN5", "d43177b5-475b-4880-92d4-d54c27b5efbd", "54a152dc-90de-4996-93d2-bc47e670fc06")]
    [InlineData("Windows 10/11 Enterprise E3", "cb10e6cd-9da4-4992-867b-67546b1db821", "6a0f6da5-0b87-4190-a6ae-9bb5a2b9546a")]
    public void A_name_of_two_SKUs_is_refused_with_both_ids(string name, string one, string other)
    {
        string problem = Assert.IsType<Naming<NamedSku>.Unclear>(_book.Find(name)).Problem;

        Assert.Contains(one, problem, StringComparison.Ordinal);
        Assert.Contains(other, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SPE-E3", "SPE_E3")]
    [InlineData("CONTOSO_OWM", "CONTOSO_OWN")]
    [InlineData("Microsoft 365 E33", "Microsoft 365 E3")]
    public void An_unknown_name_is_told_with_what_may_have_been_meant(string name, string meant)
    {
        string problem = Assert.IsType<Naming<NamedSku>.Unclear>(_book.Find(name)).Problem;

        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
        Assert.Contains(meant, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void A_name_like_nothing_is_told_without_a_guess(int length) =>
        Assert.DoesNotContain("Did you mean", Assert.IsType<Naming<NamedSku>.Unclear>(_book.Find(new string('~', length))).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("SWAY")]
    [InlineData("sway")]
    [InlineData("a23b959c-7ce8-4e57-9140-b90eb88a9e97")]
    public void A_plan_is_disabled_in_every_SKU_that_has_it(string plan)
    {
        NamedSku e3 = _book.Of(_e3), own = _book.Of(_own);

        IReadOnlyList<WireLicense> licenses = Assert.IsType<Naming<IReadOnlyList<WireLicense>>.One>(SkuBook.Disable([e3, own], [plan, "OWN_PLAN"])).Value;

        Assert.Equal([new Guid("a23b959c-7ce8-4e57-9140-b90eb88a9e97")], licenses[0].DisabledPlans);
        Assert.Equal([_ownPlan], licenses[1].DisabledPlans);
    }

    [Fact]
    public void A_plan_of_none_of_the_SKUs_is_refused_with_what_may_have_been_meant()
    {
        string problem = Assert.IsType<Naming<IReadOnlyList<WireLicense>>.Unclear>(SkuBook.Disable([_book.Of(_e3)], ["SWAI"])).Problem;

        Assert.Contains("'SWAI' is no plan of SPE_E3", problem, StringComparison.Ordinal);
        Assert.Contains("SWAY", problem, StringComparison.Ordinal);
    }
}
