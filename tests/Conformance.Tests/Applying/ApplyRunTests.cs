using System.Net.Http.Json;
using System.Text.Json;
using Berth.Connect.Writing;
using Berth.Engine;
using Berth.Engine.Collections;
using Xunit;
using static Berth.Conformance.Tests.Applying.WritableTenant;

namespace Berth.Conformance.Tests.Applying;

/// <summary>A run against a second Berth that has bad days: no row is lost, done twice, or called done when it is not (B573, B575).</summary>
[Collection(nameof(RealTenant))]
public sealed class ApplyRunTests(RealTenant tenant)
{
    private readonly WritableTenant _copy = RealTenant.NewCopy();

    [Fact]
    public async Task Throttled_items_and_lost_answers_lose_nothing_and_double_nothing()
    {
        // B573
        _copy.Buy("SPE_E3", 200);
        Guid[] users = _copy.Users(120);
        _copy.Do([.. users.Take(60).Select(static user => new Command.AssignUserLicenses(user, Of(License("SPE_E3", "TEAMS1")), []))]);
        Guid group = _copy.Group(1);
        await tenant.FillAsync(_copy.Now);
        using RunFolder folder = tenant.Begin(
            _copy.Now,
            [
                new Command.AssignGroupLicenses(group, Of(License("SPE_E3", "TEAMS1")), []),
                new Command.AddMembers(group, users.Take(60).ToValueArray()),
                .. users.Take(60).Select(static user => new Command.AssignUserLicenses(user, [], Of(Sku("SPE_E3")))),
                .. users.Skip(60).Select(static user => new Command.AssignUserLicenses(user, Of(License("SPE_E3")), [])),
            ]);
        Assert.Equal(1 + 3 + 120, folder.Calls.Count);
        int[] watched = [.. Enumerable.Range(0, 120).Where(static number => number % 7 == 0)];
        int[] before = [.. await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])))];

        await tenant.FaultAsync(new { kind = "throttle", scope = "batchItem", route = "POST /users/{id}/assignLicense", probability = 0.2, seed = 3, retryAfter = 1, count = 20 });
        await tenant.FaultAsync(new { kind = "error", status = 504, moment = "after", scope = "batchItem", route = "POST /users/{id}/assignLicense", probability = 0.2, seed = 5 });
        await tenant.FaultAsync(new { kind = "error", status = 504, moment = "after", scope = "batchItem", route = "PATCH /groups/{id}", count = 1 });
        await tenant.FaultAsync(new { kind = "drop", moment = "after", route = "POST /$batch", skip = 3, count = 2 });
        RunResult result = await tenant.RunAsync(folder);
        int[] fired = await tenant.EndFaultsAsync();

        Assert.Null(result.Ended);
        Assert.Equal((181, 181), (result.Rows.Count, result.Count(RowFate.Applied)));
        Assert.True(fired is [> 5, > 5, 1, 2], string.Join(' ', fired));
        Assert.True(result.Lost > 5);
        Assert.All((await tenant.LicensesAsync(users.Take(60))).Select(static (text, number) => (number, text)), static one => Assert.Equal($"{one.number} SPE_E3/group/Active-1", $"{one.number} {one.text}"));
        Assert.All(await tenant.LicensesAsync(users.Skip(60)), static text => Assert.Equal("SPE_E3/direct/Active-0", text));

        // Joined and switched once each, or licensed once.
        int[] after = [.. await Task.WhenAll(watched.Select(number => tenant.OperationsAsync(users[number])))];
        Assert.Equal(watched.Select(static number => (number, number < 60 ? 2 : 1)), watched.Zip(after.Zip(before, static (now, then) => now - then)));
    }

    [Fact]
    public async Task What_the_tenant_does_not_show_yet_is_accepted_and_no_more_until_it_is_seen()
    {
        // B575
        _copy.Buy("VISIOCLIENT", 50);
        Guid[] users = _copy.Users(30);
        await tenant.FillAsync(_copy.Now);
        using RunFolder folder = tenant.Begin(_copy.Now, [.. users.Select(static user => new Command.AssignUserLicenses(user, Of(License("VISIOCLIENT")), []))]);
        await tenant.FaultAsync(new { kind = "eventualConsistency", reads = "all", window = "PT1H", versions = 32, seed = 1 });
        RunResult early = await tenant.RunAsync(folder, lookFor: 0);
        await tenant.EndFaultsAsync();
        int accepted = early.Count(RowFate.Accepted);
        Assert.InRange(accepted, 1, 30);
        Assert.Equal(30, accepted + early.Count(RowFate.Applied));
        Assert.Equal((30, 0), await Again(folder));
        Assert.All(await tenant.LicensesAsync(users), static text => Assert.Equal("VISIOCLIENT/direct/Active-0", text));

        async Task<(int Applied, int Sent)> Again(RunFolder run)
        {
            RunResult again = await tenant.RunAsync(run, lookFor: 0);
            return (again.Count(RowFate.Applied), again.Sent);
        }

        // With a little patience the same is seen.
        Guid[] more = _copy.Users(10, from: 30);
        await tenant.FillAsync(_copy.Now, more);
        using RunFolder second = tenant.Begin(_copy.Now, [.. more.Select(static user => new Command.AssignUserLicenses(user, Of(License("VISIOCLIENT")), []))]);
        await tenant.FaultAsync(new { kind = "eventualConsistency", reads = "all", window = "PT1S", versions = 32, seed = 1 });
        RunResult late = await tenant.RunAsync(second);
        await tenant.EndFaultsAsync();
        Assert.Equal(10, late.Count(RowFate.Applied));
    }

    [Fact]
    public async Task Who_does_not_get_the_new_license_keeps_the_old_one()
    {
        // B571
        _copy.Buy("PROJECTPROFESSIONAL", 10);
        _copy.Buy("EXCHANGEENTERPRISE", 3);
        Guid[] users = _copy.Users(5);
        _copy.Do([.. users.Select(static user => new Command.AssignUserLicenses(user, Of(License("PROJECTPROFESSIONAL")), []))]);
        Guid group = _copy.Group(1);
        await tenant.FillAsync(_copy.Now);

        // The copy believes in more seats than there are.
        _copy.Buy("EXCHANGEENTERPRISE", 10);
        Guid nobody = Guid.NewGuid();
        using RunFolder folder = tenant.Begin(
            _copy.Now,
            [
                new Command.AssignGroupLicenses(group, Of(License("EXCHANGEENTERPRISE")), []),
                new Command.AddMembers(group, [.. users, nobody]),
                .. users.Select(static user => new Command.AssignUserLicenses(user, [], Of(Sku("PROJECTPROFESSIONAL")))),
            ]);
        RunResult result = await tenant.RunAsync(folder);
        Assert.Null(result.Ended);
        Assert.Equal((12, 7, 3, 2, 0), (result.Rows.Count, result.Count(RowFate.Applied), result.Count(RowFate.Failed), result.Count(RowFate.Left), result.Count(RowFate.Accepted)));

        // One bad name of six keeps the other five from nothing.
        Assert.Contains("Request_ResourceNotFound", result.Rows.Single(row => row.Wish.Subject == nobody).Message, StringComparison.Ordinal);
        Assert.All(result.Rows.Where(row => row.Fate == RowFate.Failed && row.Wish.Subject != nobody), static row => Assert.Contains("CountViolation", row.Message, StringComparison.Ordinal));
        Assert.All(result.Rows.Where(static row => row.Fate == RowFate.Left), static row => Assert.Contains("held back", row.Message, StringComparison.Ordinal));
        Assert.Contains("have a license error", result.Rows.Single(static row => row.Wish is Wish.GroupLicense).Message, StringComparison.Ordinal);
        string[] licenses = await tenant.LicensesAsync(users);
        Assert.Equal(3, licenses.Count(static text => text == "EXCHANGEENTERPRISE/group/Active-0"));
        Assert.Equal(2, licenses.Count(static text => text == "EXCHANGEENTERPRISE/group/Error-0 PROJECTPROFESSIONAL/direct/Active-0"));

        // Going on once there are seats finishes what was held back.
        await tenant.BuyAsync("EXCHANGEENTERPRISE", 10);
        RunResult again = await tenant.RunAsync(folder);
        Assert.Equal((11, 1, 0), (again.Count(RowFate.Applied), again.Count(RowFate.Failed), again.Count(RowFate.Left)));
        Assert.All(await tenant.LicensesAsync(users), static text => Assert.Equal("EXCHANGEENTERPRISE/group/Active-0", text));
    }

    [Fact]
    public async Task Everything_that_can_be_written_is_seen_afterwards()
    {
        _copy.Buy("SHAREPOINTSTANDARD", 10);
        Guid[] users = _copy.Users(6);
        Guid old = _copy.Group(1, users[0], users[1]), empty = _copy.Group(2);
        _copy.Do(new Command.AssignGroupLicenses(old, Of(License("SHAREPOINTSTANDARD")), []));
        await tenant.FillAsync(_copy.Now);
        Engine.Directory.User moved = _copy.Now.Users[2]!;
        using RunFolder folder = tenant.Begin(
            _copy.Now,
            new Command.UpdateUser(moved with { UsageLocation = "DE", AccountEnabled = false, Attributes = moved.Attributes.With(Engine.Directory.UserAttribute.Department, "R&D") }) { Basis = moved, ManagerId = users[3] },
            new Command.DeleteUser(users[5]),
            new Command.RemoveMembers(old, Of(users[0])),
            new Command.AddMembers(empty, Of(users[0], users[4], old)),
            new Command.AssignGroupLicenses(old, [], Of(Sku("SHAREPOINTSTANDARD"))));
        RunResult result = await tenant.RunAsync(folder);
        Assert.Null(result.Ended);
        Assert.All(result.Rows, static row => Assert.Equal((row.Wish.Name, RowFate.Applied, null), (row.Wish.Name, row.Fate, row.Message)));
        Assert.Equal(8, result.Rows.Count);
        JsonElement user = await tenant.Http.GetFromJsonAsync<JsonElement>($"v1.0/users/{users[2]}?$select=usageLocation,accountEnabled,department", TestContext.Current.CancellationToken);
        Assert.Equal(("DE", false, "R&D"), (user.GetProperty("usageLocation").GetString(), user.GetProperty("accountEnabled").GetBoolean(), user.GetProperty("department").GetString()));

        // Once more is no write.
        RunResult again = await tenant.RunAsync(folder);
        Assert.Equal((8, 0), (again.Count(RowFate.Applied), again.Sent));
    }

    [Fact]
    public async Task Stopped_in_the_middle_it_goes_on_where_it_was()
    {
        _copy.Buy("POWER_BI_PRO", 100);
        Guid[] users = _copy.Users(90);
        await tenant.FillAsync(_copy.Now);
        using RunFolder folder = tenant.Begin(_copy.Now, [.. users.Select(static user => new Command.AssignUserLicenses(user, Of(License("POWER_BI_PRO")), []))]);
        using CancellationTokenSource stop = new();
        RunResult stopped = await tenant.RunAsync(folder, stop: stop.Token, tell: _ => stop.Cancel());
        Assert.Equal("stopped", stopped.Ended);
        Assert.Equal(90, stopped.Count(RowFate.Accepted) + stopped.Count(RowFate.Left));
        Assert.InRange(stopped.Count(RowFate.Accepted), 18, 90);
        RunResult rest = await tenant.RunAsync(folder);
        Assert.Equal((90, 90), (rest.Count(RowFate.Applied), stopped.Sent + rest.Sent));
    }
}
