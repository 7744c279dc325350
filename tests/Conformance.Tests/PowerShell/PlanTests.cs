using System.Management.Automation;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>Groups, plans, explanations and the history, from the shell (B842, B843, B844).</summary>
[Collection(nameof(ShellTenant))]
public sealed class PlanTests(ShellTenant tenant)
{
    [Fact]
    public async Task A_group_is_licensed_its_members_served_in_order_and_the_others_wait_with_a_fix()
    {
        await tenant.Server.BuyAsync("POWER_BI_PRO", 2);
        string[] users = await tenant.Server.PeopleAsync(3);
        Guid group = await tenant.Server.GroupAsync("Analysts' table", users);
        using Shell shell = tenant.Connected();
        long version = await tenant.VersionAsync();

        BerthLicenseChange[] planned = shell.Run("Set-BerthGroupLicense \"Analysts' table\" -AddSku POWER_BI_PRO -WhatIf").Of<BerthLicenseChange>();
        Assert.Equal((3, version), (planned.Length, await tenant.VersionAsync()));
        BerthLicenseChange[] done = shell.Run("[pscustomobject]@{ DisplayName = \"Analysts' table\" } | Set-BerthGroupLicense -AddSku POWER_BI_PRO").Of<BerthLicenseChange>();
        Assert.Equal(["Active", "Active", "Error"], done.Select(static row => row.After).Order(StringComparer.Ordinal));
        Assert.All(done, row => Assert.Equal(($"{group}", true), (row.Source, row.Applied)));

        BerthWaitingUser waiting = shell.Run("Get-BerthWaitingUser POWER_BI_PRO").One<BerthWaitingUser>();
        Assert.Equal((1, "Analysts' table", "POWER_BI_PRO"), (waiting.Position, waiting.Group, waiting.Sku));
        Assert.Contains(waiting.UserPrincipalName, users);
        BerthUserLicense licensed = shell.Run("param($user) Get-BerthUserLicense $user", ("user", waiting.UserPrincipalName)).One<BerthUserLicense>();
        Assert.Equal(("Analysts' table", "Error", "CountViolation"), (licensed.Source, licensed.State, licensed.Error));

        BerthLicenseExplanation why = shell.Run("Get-BerthWaitingUser POWER_BI_PRO | Get-BerthLicenseExplanation").One<BerthLicenseExplanation>();
        Assert.Equal((waiting.UserPrincipalName, false, 0L, "G1"), (why.UserPrincipalName, why.Has, why.Ahead, Assert.Single(why.Blockers).Rule));
        BerthPlan plan = shell.Run("param($why) $why.Fixes | Where-Object Description -like '*units*' | New-BerthPlan", ("why", why)).One<BerthPlan>();
        Assert.Equal((1L, 0L, false), (plan.UsersGaining, plan.UsersLosing, plan.TakesAway));
        Assert.Equal((2L, 3L, 1L, 0L), Assert.Single(plan.Pools) is var pool ? (pool.ConsumedBefore, pool.ConsumedAfter, pool.WaitingBefore, pool.WaitingAfter) : default);

        BerthOperationResult bought = shell.Run("param($plan) $plan | Invoke-BerthPlan", ("plan", plan)).One<BerthOperationResult>();
        Assert.True(bought.Applied);
        Assert.Empty(shell.Run("Get-BerthWaitingUser POWER_BI_PRO").Clean().Output);
        shell.Run("param($group) Set-BerthGroupLicense -GroupId $group -RemoveSku POWER_BI_PRO -Confirm:$false", ("group", $"{group}")).Clean();

        // The fix gave one directly, and that stays.
        Assert.Equal("direct", shell.Run("param($user) Get-BerthUserLicense $user", ("user", waiting.UserPrincipalName)).One<BerthUserLicense>().Source);
        Assert.Equal(1, await tenant.Server.TakenAsync("POWER_BI_PRO"));
    }

    [Fact]
    public async Task A_group_that_is_not_there_or_has_a_namesake_is_refused_and_the_others_are_licensed()
    {
        await tenant.Server.BuyAsync("MCOEV", 5);
        Guid first = await tenant.Server.GroupAsync("Namesakes"), second = await tenant.Server.GroupAsync("Namesakes");
        string member = Assert.Single(await tenant.Server.PeopleAsync(1));
        await tenant.Server.GroupAsync("Callers", member);
        await tenant.Server.BuyAsync("MCOSTANDARD", 5);
        using Shell shell = tenant.Connected();

        Said said = shell.Run("'Nobody', 'Namesakes', '', 'Callers', [guid]::NewGuid() | Set-BerthGroupLicense -AddSku MCOEV, MCOSTANDARD");

        Assert.Null(said.Fatal);
        Assert.Equal(["resourceNotFound", "ambiguousName", "nameMissing", "resourceNotFound"], said.Errors.Select(static error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Contains($"{first}", said.Errors[1].ToString(), StringComparison.Ordinal);
        Assert.Contains($"{second}", said.Errors[1].ToString(), StringComparison.Ordinal);
        Assert.All(said.Output, row => Assert.Equal(member, ((BerthLicenseChange)row.BaseObject).UserPrincipalName));
        Assert.Equal(["MCOEV", "MCOSTANDARD"], await tenant.Server.LicensesAsync(member));
    }

    [Fact]
    public async Task Changes_with_names_are_planned_and_applied_in_one_and_a_plan_that_comes_out_otherwise_does_nothing()
    {
        await tenant.Server.BuyAsync("WIN10_PRO_ENT_SUB", 3);
        string[] users = await tenant.Server.PeopleAsync(2);
        await tenant.Server.GroupAsync("Desks");
        using Shell shell = tenant.Connected();
        const string Script = """
            param($one, $two)
            @{ kind = 'groupLicense'; groupId = 'Desks'; add = @{ skuId = 'WIN10_PRO_ENT_SUB' } },
            [pscustomobject]@{ kind = 'membership'; groupId = 'Desks'; addMembers = @($one, $two); removeMembers = @() } |
                New-BerthPlan
            """;

        Said drawn = shell.Run(Script, ("one", users[0]), ("two", users[1]));
        BerthPlan plan = drawn.One<BerthPlan>();
        Assert.Equal((2L, 2, true), (plan.UsersGaining, plan.Licenses.Count, plan.Changes));
        long version = await tenant.VersionAsync();
        BerthOperationResult shown = shell.Run("param($plan) Invoke-BerthPlan $plan -WhatIf", ("plan", plan)).One<BerthOperationResult>();
        Assert.Equal((false, version), (shown.Applied, await tenant.VersionAsync()));

        // One of them gets it otherwise meanwhile: what was planned would not happen.
        shell.Run("param($user) Set-BerthUserLicense $user -AddSku WIN10_PRO_ENT_SUB", ("user", users[0])).Clean();
        shell.Run("param($plan) $plan | Invoke-BerthPlan", ("plan", plan)).Error("planOutdated", ErrorCategory.InvalidOperation);

        shell.Answer(2);
        Said asked = shell.Run("param($id) Invoke-BerthPlan -PlanId $id", ("id", shell.Run(Script, ("one", users[0]), ("two", users[1])).One<BerthPlan>().PlanId));
        Assert.Single(asked.Questions);
        Assert.Empty(asked.Clean().Output);
        shell.Run(Script + " | Invoke-BerthPlan", ("one", users[0]), ("two", users[1])).One<BerthOperationResult>();
        Assert.Equal(2, await tenant.Server.TakenAsync("WIN10_PRO_ENT_SUB"));
    }

    [Theory]
    [InlineData("New-BerthPlan 'text'", "changeUnreadable", ErrorCategory.InvalidData)]
    [InlineData("New-BerthPlan @{ kind = 'nothing' }", "valueInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("New-BerthPlan @{ kind = 'userLicense'; userId = 'ghost@contoso.example'; add = @() }", "resourceNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("New-BerthPlan @{ kind = 'userLicense'; userId = ''; add = @() }", "nameMissing", ErrorCategory.InvalidData)]
    [InlineData("New-BerthPlan @{ kind = 'subscription'; skuId = 'NO_SUCH'; units = 1 }", "skuNotInTenant", ErrorCategory.InvalidArgument)]
    [InlineData("$deep = @{}; $deep.a = $deep; New-BerthPlan $deep", "changeUnreadable", ErrorCategory.InvalidData)]
    public void A_change_that_cannot_be_read_or_made_refuses_the_plan(string script, string code, ErrorCategory category)
    {
        using Shell shell = tenant.Connected();

        shell.Run(script).Ending(code, category);
    }

    [Fact]
    public async Task The_history_tells_what_happened_by_user_group_SKU_and_time()
    {
        await tenant.Server.BuyAsync("INTUNE_A", 3);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        await tenant.Server.GroupAsync("Handhelds", user);
        using Shell shell = tenant.Connected();
        shell.Run("Set-BerthGroupLicense Handhelds -AddSku INTUNE_A").Clean();

        BerthOperation byUser = shell.Run("param($user) Get-BerthHistory $user -First 1", ("user", user)).One<BerthOperation>();
        BerthOperation byGroup = shell.Run("Get-BerthHistory -Group Handhelds -First 1").One<BerthOperation>();
        BerthOperation bySku = shell.Run("Get-BerthHistory -Sku INTUNE_A -First 1").One<BerthOperation>();

        Assert.Equal([byUser.OperationId, byUser.OperationId], new[] { byGroup.OperationId, bySku.OperationId });
        Assert.Equal("applyChanges", byUser.Kind);
        Assert.NotNull(((PSObject)byUser.After!).Properties["groupLicenses"]);
        Assert.Empty(shell.Run("param($at) Get-BerthHistory -Sku INTUNE_A -Until $at", ("at", byUser.At!.Value.AddDays(-1))).Clean().Output);
        Assert.True(shell.Run("param($at) Get-BerthHistory -Since $at -First 1000", ("at", byUser.At.Value.AddDays(-1))).Of<BerthOperation>().Length > 2);
        Assert.Equal(3, shell.Run("Get-BerthHistory -First 3").Of<BerthOperation>().Length);
        shell.Run("Get-BerthHistory ghost@contoso.example").Error("resourceNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public async Task An_undo_is_shown_before_it_is_done_and_refused_when_nothing_is_left()
    {
        await tenant.Server.BuyAsync("ATP_ENTERPRISE", 3);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Connected();
        string operation = shell.Run("param($user) Set-BerthUserLicense $user -AddSku ATP_ENTERPRISE", ("user", user)).One<BerthLicenseChange>().OperationId!;
        long version = await tenant.VersionAsync();

        Said shown = shell.Run("param($id) Undo-BerthOperation $id -WhatIf", ("id", operation));
        Assert.Equal((false, 1L), shown.One<BerthOperationResult>() is var one ? (one.Applied, one.Plan!.UsersLosing) : default);
        Assert.Contains(shown.Screen, static line => line.Contains("1 lose one", StringComparison.Ordinal));
        Assert.Equal(version, await tenant.VersionAsync());
        shell.Answer(2);
        Assert.Single(shell.Run("param($id) Undo-BerthOperation $id", ("id", operation)).Questions);
        Assert.Equal(["ATP_ENTERPRISE"], await tenant.Server.LicensesAsync(user));

        BerthOperation[] history = shell.Run("param($user) Get-BerthHistory $user -First 1 | Undo-BerthOperation -Confirm:$false | Out-Null; Get-BerthHistory $user -First 1", ("user", user)).Of<BerthOperation>();
        Assert.NotEqual(operation, Assert.Single(history).OperationId);
        Assert.Empty(await tenant.Server.LicensesAsync(user));
        shell.Run("param($id) Undo-BerthOperation $id -Confirm:$false", ("id", operation)).Error("nothingToUndo", ErrorCategory.InvalidOperation);
        shell.Run("Undo-BerthOperation nothing -Confirm:$false").Error("resourceNotFound", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public async Task SKUs_are_found_by_wildcard_and_id_and_an_unknown_one_is_told()
    {
        await tenant.Server.BuyAsync("CPC_E_2C_8GB_128GB", 3);
        await tenant.Server.BuyAsync("CPC_E_2C_8GB_256GB", 2);
        using Shell shell = tenant.Connected();

        BerthSku[] found = shell.Run("Get-BerthSku cpc_e_2c_*").Of<BerthSku>();

        Assert.Equal(["CPC_E_2C_8GB_128GB", "CPC_E_2C_8GB_256GB"], found.Select(static sku => sku.SkuPartNumber));
        Assert.Equal(found[0].SkuPartNumber, shell.Run("param($id) Get-BerthSku $id", ("id", found[0].SkuId)).One<BerthSku>().SkuPartNumber);
        Assert.Contains(found[0].ServicePlans, static plan => plan.ServicePlanName == "CPC_2");
        shell.Run("Get-BerthSku NO_SUCH_SKU").Error("skuNotInTenant", ErrorCategory.ObjectNotFound);
        Assert.Empty(shell.Run("Get-BerthSku NO_SUCH_*").Clean().Output);
        shell.Run("Get-BerthWaitingUser NO_SUCH_SKU").Error("skuNotInTenant", ErrorCategory.InvalidArgument);
        shell.Run("Get-BerthLicenseExplanation ghost@contoso.example CPC_E_2C_8GB_128GB").Error("resourceNotFound", ErrorCategory.ObjectNotFound);
        shell.Run("'ghost@contoso.example' | Get-BerthUserLicense").Error("resourceNotFound", ErrorCategory.ObjectNotFound);
    }
}
