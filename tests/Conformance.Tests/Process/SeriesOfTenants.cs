using System.Diagnostics.Metrics;
using Berth.Conformance.Tests.Ledger;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Telemetry;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>What is kept of tenants from one look at <c>/metrics</c> to the next (B780).</summary>
public sealed class SeriesOfTenants
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B780_the_labels_of_a_tenant_are_made_once_and_its_figures_are_those_of_now()
    {
        await using LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), TimeProvider.System);
        TenantDesk desk = await Company.FoundAsync(ledger);
        await desk.DoAsync(Company.Buy(Company.E5, 7));
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, TimeProvider.System, Cancel);
        using Looker looker = new(ledger, new AccessTokens(keys, TimeProvider.System));
        Series users = Assert.Single(looker.Look("berth.users")), seats = Assert.Single(looker.Look("berth.sku.assignable"));
        Assert.Equal((0, Company.Id.ToString()), (users.Value, users.Tenant));
        Assert.Equal((7, Company.Id.ToString(), Company.E5.PartNumber), (seats.Value, seats.Tenant, seats.Pool));
        Assert.Same(users.Tenant, seats.Tenant);

        await desk.DoAsync(Company.User(1));
        await desk.DoAsync(Company.Assign(1, Company.E5));
        Series later = Assert.Single(looker.Look("berth.users")), taken = Assert.Single(looker.Look("berth.sku.consumed"));
        Assert.Equal((1, 1), (later.Value, taken.Value));
        Assert.Same(users.Tenant, later.Tenant);
        Assert.Same(users.Tenant, taken.Tenant);
    }

    // What is kept is kept with the desk: of a tenant that went and came back nothing is told from before.
    [Fact]
    public async Task B780_nothing_is_told_of_a_tenant_that_is_not_here_and_what_was_kept_of_it_goes_with_its_desk()
    {
        MemoryStore store = new();
        await using LedgerDoor ledger = LedgerDoor.Open(store, TimeProvider.System);
        TenantDesk desk = await Company.FoundAsync(ledger);
        Guid other = Guid.NewGuid();
        await Company.FoundAsync(ledger, other, "fabrikam.example");
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, TimeProvider.System, Cancel);
        using Looker looker = new(ledger, new AccessTokens(keys, TimeProvider.System));
        Assert.Equal(2, looker.Look("berth.users").Count);
        Assert.NotNull(desk.Observed);
        await ledger.RemoveTenantAsync(Company.Id, null);
        Assert.Equal(other.ToString(), Assert.Single(looker.Look("berth.users")).Tenant);

        TenantDesk again = TenantDesk.OfCopy(desk.Current, TimeProvider.System);
        Assert.Null(again.Observed);
        Assert.NotSame(TenantSeries.Of(desk), TenantSeries.Of(again));
        Assert.Same(TenantSeries.Of(again), TenantSeries.Of(again));
    }

    private readonly record struct Series(long Value, string? Tenant, string? Pool);

    /// <summary>Looks at one instrument, as an exporter does.</summary>
    private sealed class Looker : IDisposable
    {
        private readonly Meter _meter;
        private readonly MeterListener _listener = new();
        private readonly List<Series> _told = [];
        private string _wanted = "";

        public Looker(LedgerDoor ledger, AccessTokens tokens)
        {
            _meter = Metrics.Observe(ledger, tokens);
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == _meter)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                if (instrument.Name == _wanted)
                {
                    _told.Add(new Series(value, Label(tags, "tenant"), Label(tags, "sku")));
                }
            });
            _listener.Start();
        }

        public IReadOnlyList<Series> Look(string instrument)
        {
            _told.Clear();
            _wanted = instrument;
            _listener.RecordObservableInstruments();
            return [.. _told];
        }

        public void Dispose()
        {
            _listener.Dispose();
            _meter.Dispose();
        }

        private static string? Label(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
        {
            foreach ((string key, object? value) in tags)
            {
                if (key == name)
                {
                    return (string?)value;
                }
            }

            return null;
        }
    }
}
