using Berth.Ledger;
using Berth.Ledger.Stores;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Berth.Identity;

/// <summary>Looks after the keys that sign tokens while nobody asks: new ones by age, old ones go, those of other processes come (B734). In real time.</summary>
internal sealed class KeyTending(SigningKeys keys, TimeProvider time, ILogger<KeyTending> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(IdentityLimits.KeyTending, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await keys.TendAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WriteFailedException or DatabaseAwayException or InvalidDataException)
            {
                // Those at hand go on; the next look comes soon.
                log.LogWarning("The keys that sign tokens were not looked after: {Message}", e.Message);
            }
        }
    }
}

/// <summary>What the key set says: every key there is, those that will sign among them.</summary>
internal sealed class PublishedKeys(SigningKeys keys) : IOpenIddictServerHandler<HandleJsonWebKeySetRequestContext>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleJsonWebKeySetRequestContext context)
    {
        context.Keys.Clear();
        context.Keys.AddRange(keys.All.Select(key => key.Public()));
        return ValueTask.CompletedTask;
    }
}
