using Berth.Engine;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Journal;

/// <summary>Turns events into journal rows; one owner, one thread.</summary>
internal sealed class JournalWriter
{
    private readonly PayloadWriter _payload = new();
    private Actor? _lastActor;
    private string _lastActorText = "";

    public JournalRow Write(Claim claim, TenantEvent happened)
    {
        _payload.Begin(happened.At);
        foreach (Change change in happened.Changes.Span)
        {
            _payload.Write(change);
        }

        byte[] payload = _payload.End(happened.Sequence, happened.At.UtcTicks).ToArray();
        if (_lastActor != happened.Actor)
        {
            _lastActor = happened.Actor;
            _lastActorText = ActorText.Write(happened.Actor);
        }

        return new JournalRow(claim.Tenant, happened.Sequence, claim.Epoch, happened.At.UtcTicks, _lastActorText, happened.Kind, payload);
    }
}
