using Berth.CommandLine;
using Berth.CommandLine.Client;
using Berth.CommandLine.Client.Tenants;
using Berth.Connect.Profiles;
using Berth.Connect.Writing;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>The numbers that may be asked for of whoever writes to a tenant: at each end, within and beyond it (B574, B575).</summary>
public sealed class WritingOptionsTests
{
    [Theory]
    [InlineData("--wait", "-1", false)]
    [InlineData("--wait", "0", true)]
    [InlineData("--wait", "1", true)]
    [InlineData("--wait", "86399", true)]
    [InlineData("--wait", "86400", true)]
    [InlineData("--wait", "86401", false)]
    [InlineData("--wait", "0.5", false)]
    [InlineData("--wait", "99999999999", false)]
    [InlineData("--writes-per-second", "0", false)]
    [InlineData("--writes-per-second", "1", true)]
    [InlineData("--writes-per-second", "2", true)]
    [InlineData("--writes-per-second", "999", true)]
    [InlineData("--writes-per-second", "1000", true)]
    [InlineData("--writes-per-second", "1001", false)]
    [InlineData("--writes-per-second", "ten", false)]
    public void Numbers_have_two_ends(string option, string number, bool isGood)
    {
        foreach (string[] command in (string[][])[["apply", "--tenant", "second", "-f", "changes.json"], ["bulk", "remove", "--sku", "EMS", "--csv", "list.csv", "--tenant", "second"]])
        {
            Assert.Equal(isGood, BerthCommand.Root().Parse([.. command, $"{option}={number}"]).Errors.Count == 0);
        }
    }

    [Theory]
    [InlineData("give one of them", "--resume", "20261126-140312-9f3ab2", "--dry-run")]
    [InlineData("is no run", "--resume", "yesterday")]
    public void A_list_goes_on_with_a_run_or_foretells_one(string words, params string[] more) => Assert.Contains(
        BerthCommand.Root().Parse(["bulk", "remove", "--sku", "EMS", "--csv", "list.csv", "--tenant", "second", .. more]).Errors, error => error.Message.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void The_ends_are_those_of_the_room()
    {
        Assert.Equal((0, 86_400, 300), (ApplyLimits.LeastLook.TotalSeconds, ApplyLimits.MostLook.TotalSeconds, ApplyLimits.Look.TotalSeconds));
        Assert.Equal((1, 18, 1_000), (ApplyLimits.FewestWritesPerSecond, ApplyLimits.WritesPerSecond, ApplyLimits.MostWritesPerSecond));
    }

    [Theory]
    [InlineData("https://graph.microsoft.com", 17, true)]
    [InlineData("https://graph.microsoft.com", 18, true)]
    [InlineData("https://graph.microsoft.com", 19, false)]
    [InlineData("https://graph.microsoft.us", 19, false)]
    [InlineData("https://berth.example", 1_000, true)]
    public void More_than_eighteen_only_at_a_Graph_that_is_not_Microsofts(string graph, int pace, bool isGood)
    {
        // B574
        string data = Directory.CreateTempSubdirectory("berth-shelf-").FullName;
        try
        {
            TenantShelf shelf = new(data);
            Uri address = new(graph);
            shelf.Write(new TenantProfile("there", "fabrikam.com", $"{Guid.NewGuid()}", CredentialKind.DeviceCode, address, TenantProfile.AuthorityOf(address)));
            Session nobody = new(null!, new Screen(TextWriter.Null, TextWriter.Null, false), TimeProvider.System);
            string? problem = new TenantWriting(nobody, shelf, "there", new WritingWishes("fabrikam.com", null, ApplyLimits.Look, pace)).Problem();
            Assert.Equal(isGood, problem is null);
            Assert.True(isGood || problem!.Contains("at most 18 there (B574)", StringComparison.Ordinal), problem);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
