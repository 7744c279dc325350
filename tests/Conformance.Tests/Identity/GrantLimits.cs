using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>How many and how long: every bound of what people and programs are given on the way to a token, at, below and above (B202, B206 to B208).</summary>
public sealed class GrantLimits
{
    private static readonly AppRegistration _app = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "A program", ["User.Read.All"], ClientSecret.Of("secret"));
    private static readonly AppRegistration _otherApp = _app with { ClientId = Guid.NewGuid() };
    private static readonly SignedInPerson _person = new(_app.TenantId, Guid.NewGuid(), "ada@contoso.example", "Ada", "stamp");
    private static readonly AskedScopes _asked = new(true, [], ["openid", "offline_access"]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly HandSetTime _time = new();
    [Fact]
    public void A_name_is_locked_for_a_minute_and_wrong_passwords_are_forgotten_after_ten()
    {
        SignInAttempts attempts = new(_time);
        Guid tenant = Guid.NewGuid();
        Fail(9);
        Assert.False(attempts.IsLocked(tenant, "ada"));
        _time.Now += IdentityLimits.AttemptWindow;
        Fail(9);
        Assert.False(attempts.IsLocked(tenant, "ada"));
        Fail(1);
        Assert.True(attempts.IsLocked(tenant, "ADA"));
        Assert.False(attempts.IsLocked(Guid.NewGuid(), "ada"));
        _time.Now += IdentityLimits.Lockout - TimeSpan.FromTicks(1);
        Assert.True(attempts.IsLocked(tenant, "ada"));
        _time.Now += TimeSpan.FromTicks(1);
        Assert.False(attempts.IsLocked(tenant, "ada"));
        Fail(9);
        attempts.Succeeded(tenant, "ada");
        Fail(9);
        Assert.False(attempts.IsLocked(tenant, "ada"));

        void Fail(int times)
        {
            for (int i = 0; i < times; i++)
            {
                attempts.Failed(tenant, "ada");
            }
        }
    }

    [Fact]
    public void Attempts_are_remembered_of_a_bounded_number_of_names()
    {
        SignInAttempts attempts = new(_time);
        Guid tenant = Guid.NewGuid();
        for (int wrong = 0; wrong < IdentityLimits.WrongPasswords; wrong++)
        {
            attempts.Failed(tenant, "first");
        }

        for (int name = 1; name < IdentityLimits.RememberedNames; name++)
        {
            _time.Now += TimeSpan.FromTicks(1);
            attempts.Failed(tenant, $"user {name}");
        }

        Assert.True(attempts.IsLocked(tenant, "first"));
        attempts.Failed(tenant, "one too many");
        Assert.False(attempts.IsLocked(tenant, "first"));
    }

    [Fact]
    public async Task A_refresh_token_is_good_for_90_days_and_for_its_program()
    {
        await using LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), _time);
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, _time, Cancel);
        RefreshTokens tokens = new(keys, _time);
        string token = tokens.Make(_person, _app, _asked);

        _time.Now += IdentityLimits.RefreshToken - TimeSpan.FromSeconds(1);
        (RefreshTokens.Note? note, _) = await tokens.ReadAsync(token, _app);
        Assert.Equal((_person.Id, "stamp", "https://graph.microsoft.com/.default openid offline_access"), (note!.UserId, note.Stamp, note.Scope));
        Assert.Equal(TokenRefusalCode.GrantInvalid, (await tokens.ReadAsync(token, _otherApp)).Refusal!.Code);
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(TokenRefusalCode.RefreshTokenExpired, (await tokens.ReadAsync(token, _app)).Refusal!.Code);
    }

    [Fact]
    public void An_authorization_code_is_good_for_ten_minutes()
    {
        AuthorizationCodes codes = new(_time);
        string below = codes.Add(Code()), at = codes.Add(Code());

        _time.Now += IdentityLimits.AuthorizationCode - TimeSpan.FromTicks(1);
        Assert.NotNull(codes.Take(below).Granted);
        Assert.Equal(TokenRefusalCode.CodeUsed, codes.Take(below).Refusal!.Code);
        _time.Now += TimeSpan.FromTicks(1);
        Assert.Equal(TokenRefusalCode.CodeExpired, codes.Take(at).Refusal!.Code);
    }

    [Fact]
    public void A_thousand_authorization_codes_wait_and_the_oldest_goes()
    {
        AuthorizationCodes codes = new(_time);
        string oldest = codes.Add(Code()), second = codes.Add(Code());
        for (int i = 2; i < IdentityLimits.AuthorizationCodes + 1; i++)
        {
            codes.Add(Code());
        }

        Assert.Equal(TokenRefusalCode.GrantInvalid, codes.Take(oldest).Refusal!.Code);
        Assert.NotNull(codes.Take(second).Granted);
    }

    [Fact]
    public void A_device_code_is_good_for_fifteen_minutes_and_for_its_program()
    {
        WaitingDevices devices = new(_time);
        WaitingDevice device = devices.Add(_app, _asked)!;
        Assert.Equal(TokenRefusalCode.DeviceCodeInvalid, devices.Ask(device.DeviceCode, _otherApp).Refusal!.Code);

        _time.Now += IdentityLimits.DeviceCode - TimeSpan.FromTicks(1);
        Assert.Equal(TokenRefusalCode.AuthorizationPending, devices.Ask(device.DeviceCode, _app).Refusal!.Code);
        Assert.NotNull(devices.FindByUserCode(device.UserCode));
        _time.Now += TimeSpan.FromTicks(1);
        Assert.Null(devices.FindByUserCode(device.UserCode));
        Assert.Equal(TokenRefusalCode.DeviceCodeExpired, devices.Ask(device.DeviceCode, _app).Refusal!.Code);
    }

    [Fact]
    public void B774_a_device_that_asks_too_often_has_to_wait_longer_each_time_and_is_told_at_once_when_somebody_answered()
    {
        WaitingDevices devices = new(_time);
        WaitingDevice device = devices.Add(_app, _asked)!;
        TimeSpan least = IdentityLimits.DeviceInterval - IdentityLimits.DeviceHaste;
        Assert.Equal(TokenRefusalCode.AuthorizationPending, AskAfter(TimeSpan.Zero));
        Assert.Equal(TokenRefusalCode.AuthorizationPending, AskAfter(least));
        Assert.Equal(TokenRefusalCode.SlowDown, AskAfter(least - TimeSpan.FromTicks(1)));

        // Ten seconds from now on, less one; and fifteen when that is not heeded either.
        Assert.Equal(TokenRefusalCode.AuthorizationPending, AskAfter(least + IdentityLimits.DeviceInterval));
        Assert.Equal(TokenRefusalCode.SlowDown, AskAfter(least));
        Assert.Equal(TokenRefusalCode.SlowDown, AskAfter(least + IdentityLimits.DeviceInterval));
        Assert.Equal(TokenRefusalCode.AuthorizationPending, AskAfter(least + (3 * IdentityLimits.DeviceInterval)));

        devices.Answer(device, _person);
        Assert.Equal(_person, devices.Ask(device.DeviceCode, _app).Device!.Person);

        TokenRefusalCode AskAfter(TimeSpan pause)
        {
            _time.Now += pause;
            return devices.Ask(device.DeviceCode, _app).Refusal!.Code;
        }
    }

    // B721
    [Fact]
    public void A_look_for_a_code_of_another_node_is_no_attempt_and_says_nothing_when_too_many_were_wrong()
    {
        WaitingDevices devices = new(_time);
        WaitingDevice device = devices.Add(_app, _asked)!;
        for (int i = 0; i < 2 * IdentityLimits.WrongDeviceCodes; i++)
        {
            Assert.False(devices.Knows("WRONGCODE"));
        }

        Assert.True(devices.Knows(device.UserCode.ToLowerInvariant()));
        for (int i = 0; i < IdentityLimits.WrongDeviceCodes; i++)
        {
            Assert.Null(devices.FindByUserCode("WRONGCODE"));
        }

        Assert.Null(devices.Knows(device.UserCode));
        Assert.Null(devices.Knows("WRONGCODE"));
    }

    [Fact]
    public void A_thousand_devices_wait_and_no_more()
    {
        WaitingDevices devices = new(_time);
        for (int i = 0; i < IdentityLimits.DeviceCodes; i++)
        {
            Assert.NotNull(devices.Add(_app, _asked));
        }

        Assert.Null(devices.Add(_app, _asked));
        _time.Now += IdentityLimits.DeviceCode;
        Assert.NotNull(devices.Add(_app, _asked));
    }

    [Theory]
    [InlineData(IdentityLimits.WrongDeviceCodes - 1, true)]
    [InlineData(IdentityLimits.WrongDeviceCodes, false)]
    public void After_a_hundred_wrong_codes_none_is_taken_for_a_while(int wrong, bool taken)
    {
        WaitingDevices devices = new(_time);
        WaitingDevice device = devices.Add(_app, _asked)!;
        for (int i = 0; i < wrong; i++)
        {
            Assert.Null(devices.FindByUserCode("BCDFGHJKL"));
        }

        Assert.Equal(taken, devices.FindByUserCode(device.UserCode) is not null);
        _time.Now += IdentityLimits.AttemptWindow;
        Assert.NotNull(devices.FindByUserCode(device.UserCode));
    }

    [Theory]
    [InlineData(TenantKind.Production, IdentityLimits.PasswordRounds)]
    [InlineData(TenantKind.Demo, IdentityLimits.MadeUpPasswordRounds)]
    [InlineData(TenantKind.Emulator, IdentityLimits.MadeUpPasswordRounds)]
    public async Task B203_a_password_of_a_real_person_is_hashed_slowly(TenantKind kind, int rounds)
    {
        MemoryStore store = new();
        await using LedgerDoor ledger = LedgerDoor.Open(store, _time);
        TenantProfile profile = new(Guid.NewGuid(), "Contoso", "contoso.example", "US", kind, default);
        TenantCreation.Created created = Assert.IsType<TenantCreation.Created>(
            await ledger.CreateTenantAsync(new Command.CreateTenant(profile, SkuCatalog.BuiltIn), Actor.Berth, Cancel));
        UserPasswords passwords = new(ledger);
        Guid user = Guid.NewGuid();

        Assert.Null(await passwords.FindAsync(profile.Id, user, Cancel));
        await passwords.KeepAsync(created.Desk.Current, new NewPassword(user, "Correct-horse-9"), Cancel);
        ClientSecret kept = (await passwords.FindAsync(profile.Id, user, Cancel))!;

        Assert.Equal(rounds, kept.Iterations);
        Assert.True(kept.Matches("Correct-horse-9"));
        Assert.False(kept.Matches("correct-horse-9"));
        await ledger.WriteBlobAsync($"identity/password/{profile.Id:N}/{user:N}", "damaged"u8.ToArray(), Cancel);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await passwords.FindAsync(profile.Id, user, Cancel));
        Assert.DoesNotContain("Correct", new NewPassword(user, "Correct-horse-9").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task B205_administrators_are_kept_and_those_of_the_demo_are_not()
    {
        MemoryStore store = new();
        await using LedgerDoor ledger = LedgerDoor.Open(store, _time);
        using Administrators administrators = await Administrators.OpenAsync(ledger, Cancel);
        Guid tenant = Guid.NewGuid(), kept = Guid.NewGuid(), passing = Guid.NewGuid();
        await administrators.AddAsync(tenant, kept, DirectoryRole.GlobalAdministrator, Cancel);
        administrators.AcceptWhileRunning(tenant, passing);
        using Administrators reopened = await Administrators.OpenAsync(ledger, Cancel);

        Assert.True(administrators.Has(tenant, kept) && administrators.Has(tenant, passing));
        Assert.True(reopened.Has(tenant, kept));
        Assert.False(reopened.Has(tenant, passing));
        Assert.False(reopened.Has(Guid.NewGuid(), kept));

        // B735: who was an administrator before there were roles may everything.
        await ledger.WriteBlobAsync(
            Administrators.Format.NameOf(tenant), System.Text.Encoding.UTF8.GetBytes($$"""{"version":1,"administrators":[{"tenantId":"{{tenant}}","userId":"{{passing}}"}]}"""), Cancel);
        await reopened.ReadAgainAsync(tenant, Cancel);
        Assert.Equal([DirectoryRole.GlobalAdministrator], reopened.RolesOf(tenant, passing));
        Assert.False(reopened.Has(tenant, kept));
        await reopened.AddAsync(tenant, passing, DirectoryRole.All[1], Cancel);
        await administrators.ReadAgainAsync(tenant, Cancel);
        Assert.Equal(2, administrators.RolesOf(tenant, passing).Count);
        await ledger.WriteBlobAsync("identity/administrators", "{"u8.ToArray(), Cancel);
        await Assert.ThrowsAsync<InvalidDataException>(() => Administrators.OpenAsync(ledger, Cancel));
    }

    private GrantedCode Code() => new(_app, _person, _asked, "http://localhost:8400/", null, null, _time.Now + IdentityLimits.AuthorizationCode);
}
