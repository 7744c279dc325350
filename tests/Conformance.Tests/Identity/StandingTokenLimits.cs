using Berth.Graph.Hosting;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Serving;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>What a stranger can cost with tokens that do not end (B770, B771).</summary>
public sealed class StandingTokenLimits : IAsyncLifetime
{
    private readonly HandSetTime _time = new();
    private readonly string _secret = ClientSecret.Invent();
    private LedgerDoor _ledger = null!;
    private SigningKeys _keys = null!;
    private AppRegistrations _apps = null!;
    private StandingTokens _tokens = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerDoor.Open(new MemoryStore(), _time);
        _keys = await SigningKeys.OpenAsync(_ledger, _time, Cancel);
        _apps = await AppRegistrations.OpenAsync(_ledger, Cancel);
        _tokens = new StandingTokens(_apps, new AccessTokens(_keys, _time), new Strangers(_time));
    }

    public async ValueTask DisposeAsync()
    {
        _apps.Dispose();
        _keys.Dispose();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task B770_a_secret_that_berth_made_up_takes_one_round_and_what_was_kept_before_is_good_as_it_was()
    {
        Assert.Equal((1, 10_000), (ClientSecret.OfInvented(_secret).Iterations, ClientSecret.Of(_secret).Iterations));
        AppRegistration now = App(ClientSecret.OfInvented(_secret)), before = App(ClientSecret.Of(_secret));
        await _apps.PutAsync(now, Cancel);
        await _apps.PutAsync(before, Cancel);
        using AppRegistrations reopened = await AppRegistrations.OpenAsync(_ledger, Cancel);
        StandingTokens tokens = new(reopened, new AccessTokens(_keys, _time), new Strangers(_time));
        foreach (AppRegistration app in (AppRegistration[])[now, before])
        {
            Assert.Equal(app.ClientId, Assert.IsType<Authentication.Known>(await CheckAsync(tokens, $"{app.ClientId}.{_secret}")).Caller.AppId);
            Assert.IsType<Authentication.Refused>(await CheckAsync(tokens, $"{app.ClientId}.{_secret}x"));
            Assert.IsType<Authentication.Refused>(await CheckAsync(tokens, $"{app.ClientId}.{_secret[..^1]}"));
        }

        Assert.IsType<Authentication.Refused>(await CheckAsync(tokens, $"{Guid.NewGuid()}.{_secret}"));
    }

    [Fact]
    public async Task B771_after_600_wrong_ones_an_address_waits_and_nobody_else_does()
    {
        AppRegistration busy = App(ClientSecret.OfInvented(_secret)), quiet = App(ClientSecret.OfInvented(_secret));
        await _apps.PutAsync(busy, Cancel);
        await _apps.PutAsync(quiet, Cancel);
        string good = $"{busy.ClientId}.{_secret}", fresh = $"{quiet.ClientId}.{_secret}", wrong = good + "x";
        for (int i = 0; i < ServerLimits.StrangerRefusals; i++)
        {
            // What is right costs nothing, and neither does what is no such token.
            Assert.IsType<Authentication.Known>(await CheckAsync(_tokens, good));
            Assert.IsType<Authentication.Refused>(await CheckAsync(_tokens, "nonsense"));
            Assert.IsType<Authentication.Refused>(await CheckAsync(_tokens, i % 2 == 0 ? wrong : $"{Guid.NewGuid()}.x"));
        }

        Assert.Equal(1, Assert.IsType<Authentication.TooMany>(await CheckAsync(_tokens, wrong)).Seconds);
        Assert.IsType<Authentication.TooMany>(await CheckAsync(_tokens, fresh));
        Assert.IsType<Authentication.Known>(await CheckAsync(_tokens, good));
        Assert.IsType<Authentication.Refused>(await CheckAsync(_tokens, "nonsense"));
        Assert.IsType<Authentication.Known>(await CheckAsync(_tokens, fresh, "198.51.100.1"));
        Assert.IsType<Authentication.Refused>(await CheckAsync(_tokens, wrong, "198.51.100.1"));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.IsType<Authentication.Refused>(await CheckAsync(_tokens, wrong));
    }

    private static AppRegistration App(ClientSecret secret) => new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "Okta", ["User.ReadWrite.All"], secret);

    private static async Task<Authentication> CheckAsync(StandingTokens tokens, string token, string from = "203.0.113.9")
    {
        DefaultHttpContext context = new();
        context.Request.Path = "/scim/v2/Users";
        context.Request.Headers.Authorization = "Bearer " + token;
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(from);
        return await tokens.AuthenticateAsync(context);
    }
}
