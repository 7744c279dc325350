using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Journal;

/// <summary>Turns what a store holds back into events and changes, or says clearly why it cannot.</summary>
internal static class JournalReader
{
    /// <exception cref="JournalDamagedException">The row cannot be read.</exception>
    /// <exception cref="LedgerRefusedException">A newer version wrote it.</exception>
    public static TenantEvent Read(in JournalRow row)
    {
        JournalRow one = row;
        return Guarded(one.Tenant, $"Event {one.Sequence}", () =>
        {
            if (one.At < DateTimeOffset.MinValue.Ticks || one.At > DateTimeOffset.MaxValue.Ticks)
            {
                throw new InvalidDataException("its time is out of range");
            }

            DateTimeOffset at = new(one.At, TimeSpan.Zero);
            PayloadReader reader = new(one.Payload.Span, at, one.Sequence, one.At);
            return new TenantEvent(one.Sequence, at, ActorText.Read(one.Actor), one.Kind, ValueArray.Own(reader.Changes()));
        });
    }

    /// <summary>The changes of one part of a snapshot.</summary>
    /// <exception cref="JournalDamagedException">The part cannot be read.</exception>
    /// <exception cref="LedgerRefusedException">A newer version wrote it.</exception>
    public static Change[] ReadPart(Guid tenant, long sequence, int part, ReadOnlyMemory<byte> payload) =>
        Guarded(tenant, $"Part {part} of the snapshot at event {sequence}", () =>
        {
            PayloadReader reader = new(payload.Span, SnapshotTime, sequence, part);
            return reader.Changes();
        });

    /// <summary>The time that the first time of a snapshot part refers to.</summary>
    internal static readonly DateTimeOffset SnapshotTime = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static T Guarded<T>(Guid tenant, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (NewerFormatException e)
        {
            throw new LedgerRefusedException($"{what} of tenant {tenant} was written by a newer version of Berth ({e.Message}). Use that version.", e);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            throw new JournalDamagedException($"{what} of tenant {tenant} is damaged: {e.Message}. Restore the database from a backup.", e);
        }
    }
}
