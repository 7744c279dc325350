using System.Text;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.Catalog;

public class SkuCatalogTests
{
    private const string Header = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n";
    private const string Sku = "11111111-1111-4111-8111-111111111111";
    private const string Plan = "22222222-2222-4222-8222-222222222222";
    private const string OtherPlan = "33333333-3333-4333-8333-333333333333";

    [Fact]
    public void The_catalog_inside_the_program_has_the_published_SKUs_and_part_numbers_may_name_two()
    {
        SkuCatalog catalog = SkuCatalog.BuiltIn;
        Assert.Equal(107, catalog.Skus.Count);
        Assert.Equal(265, catalog.Plans.Count);
        Assert.Equal("Microsoft 365 E5", Assert.Single(catalog.FindByPartNumber("spe_e5")).ProductName);
        Assert.Equal(2, catalog.FindByPartNumber("MCOPSTN5").Count());
        Assert.Empty(catalog.FindByPartNumber("SPE_E"));
    }

    [Fact]
    public void Frontline_SKUs_are_the_companys_and_every_other_SKU_is_for_users() =>
        Assert.All(SkuCatalog.BuiltIn.Skus, sku => Assert.Equal(
            sku.PartNumber.StartsWith("Windows_365_S_", StringComparison.Ordinal) ? LicenseTarget.Company : LicenseTarget.User, sku.AppliesTo));

    [Fact]
    public void Microsofts_own_table_is_read_with_quotes_and_a_byte_order_mark()
    {
        CatalogCsv.Readable table = Assert.IsType<CatalogCsv.Readable>(CatalogCsv.Read(
            "\uFEFF" + Header + $"\"Windows 365, \"\"big\"\"\",CPC_X,{Sku},CPC_X_PLAN,{Plan},\"A, B\"\r\n\r\n"));
        CatalogRow row = Assert.Single(table.Rows);
        Assert.Equal("Windows 365, \"big\"", row.ProductName);
        Assert.Equal("CPC_X", row.PartNumber);
        Assert.Equal("A, B", row.PlanFriendlyName);
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("GUID,String_Id\n", 1, "has no column")]
    [InlineData(Header, 2, "no rows")]
    [InlineData(Header + "A,B,not-a-guid,P," + Plan + ",F\n", 2, "must both be GUIDs")]
    [InlineData(Header + "A,B\n", 2, "2 fields")]
    [InlineData(Header + "A,," + Sku + ",P," + Plan + ",F\n", 2, "must be given")]
    public void A_bad_table_says_which_line_and_why(string text, int line, string problem)
    {
        CatalogCsv.Unreadable table = Assert.IsType<CatalogCsv.Unreadable>(CatalogCsv.Read(text));
        Assert.Equal(line, table.Line);
        Assert.Contains(problem, table.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CatalogCsv.LongestName - 1, true)]
    [InlineData(CatalogCsv.LongestName, true)]
    [InlineData(CatalogCsv.LongestName + 1, false)]
    public void A_name_has_at_most_256_characters(int length, bool fits) =>
        Assert.Equal(fits, CatalogCsv.Read($"{Header}{new string('n', length)},B,{Sku},P,{Plan},F\n") is CatalogCsv.Readable);

    [Theory]
    [InlineData(CatalogCsv.MostRows - 1, true)]
    [InlineData(CatalogCsv.MostRows, true)]
    [InlineData(CatalogCsv.MostRows + 1, false)]
    public void A_table_has_at_most_100000_rows(int rows, bool fits)
    {
        StringBuilder text = new(Header);
        for (int i = 0; i < rows; i++)
        {
            text.Append("A,B,").Append(Sku).Append(",P,").Append(Plan).Append(",F\n");
        }

        Assert.Equal(fits, CatalogCsv.Read(text.ToString()) is CatalogCsv.Readable);
    }

    [Fact]
    public void An_import_adds_and_renames_and_takes_nothing_away()
    {
        SkuCatalog before = SkuCatalog.BuiltIn;
        Sku e3 = before.FindByPartNumber("SPE_E3").Single();
        SkuCatalog after = before.With(
        [
            new CatalogRow("SPE_E3", e3.Id, "Microsoft 365 E3 (renamed)", "NEW_PLAN", Guid.Parse(Plan), "A new plan"),
            new CatalogRow("NEW_SKU", Guid.Parse(Sku), "A new product", "NEW_PLAN", Guid.Parse(Plan), "A new plan"),
            new CatalogRow("NEW_SKU", Guid.Parse(Sku), "A new product", "OTHER_PLAN", Guid.Parse(OtherPlan), "Another"),
        ]);

        Assert.Equal(before.Skus.Count + 1, after.Skus.Count);
        Sku renamed = after.FindByPartNumber("SPE_E3").Single();
        Assert.Equal("Microsoft 365 E3 (renamed)", renamed.ProductName);
        Assert.Equal(e3.Index, renamed.Index);
        Assert.Equal([.. e3.Plans, before.Plans.Count], renamed.Plans);
        Assert.Equal([before.Plans.Count, before.Plans.Count + 1], after.FindByPartNumber("NEW_SKU").Single().Plans);
    }

    [Fact]
    public void A_catalog_read_back_is_the_built_in_one_when_nothing_differs()
    {
        SkuCatalog built = SkuCatalog.BuiltIn;
        (PlanRules? rules, _) = PlanRules.Parse(built.Rules.ToJson());
        Assert.Same(built, SkuCatalog.Of([.. built.Plans], [.. built.Skus], rules!));
        Assert.NotSame(built, SkuCatalog.Of([.. built.Plans], [.. built.Skus], PlanRules.None));
    }

    [Fact]
    public void Plan_rules_survive_being_written_and_read()
    {
        (PlanRules? rules, string? problem) = PlanRules.Parse(PlanRules.BuiltIn.ToJson());
        Assert.Null(problem);
        Assert.Equal(PlanRules.BuiltIn, rules);
        Assert.Equal(8, rules!.ExclusiveSets.Count);
    }

    [Theory]
    [InlineData("[", "not the expected JSON")]
    [InlineData("null", "empty")]
    [InlineData("""{"exclusivePairsAllowed":[{"plans":["11111111-1111-4111-8111-111111111111"]}]}""", "exactly two")]
    [InlineData("""{"requires":[{"servicePlanId":"11111111-1111-4111-8111-111111111111","anyOf":[]}]}""", "at least one alternative")]
    [InlineData("""{"regions":[{"servicePlanId":"11111111-1111-4111-8111-111111111111","allow":["ZZ"]}]}""", "'ZZ' is not an ISO")]
    public void Bad_plan_rules_are_refused_with_a_sentence(string json, string problem)
    {
        (PlanRules? rules, string? said) = PlanRules.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(rules);
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PlanRules.MostPlans - 1, true)]
    [InlineData(PlanRules.MostPlans, true)]
    [InlineData(PlanRules.MostPlans + 1, false)]
    public void Rules_name_at_most_256_plans_and_the_last_one_still_works(int count, bool fits)
    {
        ValueArray<Guid> plans = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToValueArray();
        PlanRules rules = PlanRules.None with { ExclusiveSets = [new ExclusiveSet("All", plans)] };
        (PlanRules? read, _) = PlanRules.Parse(rules.ToJson());
        Assert.Equal(fits, read is not null);
        if (fits)
        {
            SkuCatalog catalog = SkuCatalog.Empty.With(
                [new CatalogRow("A", Guid.NewGuid(), "A", "A", plans[0], "A"), new CatalogRow("B", Guid.NewGuid(), "B", "B", plans[count - 1], "B")], read);
            TenantUnderTest tenant = new(catalog: catalog);
            tenant.Buy("A", 1);
            tenant.Buy("B", 1);
            Guid user = tenant.User();
            tenant.Assign(user, "A");
            Refusal refusal = tenant.Refused(new Command.AssignUserLicenses(user, [new LicenseRequest(tenant.Sku("B"), [])], []));
            Assert.Equal(RefusalCode.PlansMutuallyExclusive, refusal.Code);
            Assert.Equal(new[] { plans[0], plans[count - 1] }.Order(), refusal.Ids);
        }
    }
}
