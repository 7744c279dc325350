using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Berth.Engine.Directory;

namespace Berth.Ledger.Journal;

/// <summary>
/// What writer and reader of payloads agree on. A payload is: the format version (one byte), the changes, each with its tag
/// before it, and a CRC-32C (four bytes, little endian) of everything before it and of the place it belongs to.
/// Numbers are base-128 varints; lists of indexes are runs; times, license sets and texts refer back to earlier ones of the same payload.
/// </summary>
internal static class PayloadFormat
{
    /// <summary>The format that is written. A change of what lies in a payload needs a new one, and a reader of the old one stays.</summary>
    public const byte Version = 2;

    /// <summary>The oldest format that is read.</summary>
    public const byte Oldest = 1;

    public const int ChecksumBytes = 4;

    /// <summary>The largest payload; a decision that needs more is refused before anything is written.</summary>
    public const int MostBytes = 512 << 20;

    /// <summary>The most indexes all lists of a payload may expand to, so that a few damaged bytes cannot ask for all memory.</summary>
    public const int MostIndexes = 1 << 25;

    /// <summary>The most distinct texts, and license sets, that a payload refers back to.</summary>
    public const int MostRemembered = 4096;

    /// <summary>The tag of each kind of change; a number is never given twice.</summary>
    public enum Tag : byte
    {
        TenantCreated = 1,
        CatalogSet,
        SettingsSet,
        ClockSet,
        SubscriptionSet,
        UsersSet,
        UserDeleted,
        GroupSet,
        GroupDeleted,
        MembersAdded,
        MembersRemoved,
        GroupLicensesSet,
        DirectSet,
        SourceSet,
        GroupProcessed,
        GroupReprocessAsked,
        UserWas,
        GroupWas,
        ReportingSet,
        OwnersAdded,
        OwnersRemoved,
        RelationsEnded,
        MembershipProcessed,
        TimePassed,
        UserToDeletedItems,
        GroupToDeletedItems,
        UserRestored,
        GroupRestored,
        DeletedUserSet,
        DeletedGroupSet,
        DeletedItemsPurged,
        PolicySet,
        PolicyDeleted,
        CoverageSet,
        CloudPcSet,
        CloudPcGone,
        ConnectionSet,
        ConnectionDeleted,
        UserSettingSet,
        UserSettingDeleted,
        DeviceImageSet,
        DeviceImageDeleted,
        SnapshotRetained,
        RetainedGone,
        BulkActionSet,
        SessionSet,
        SessionEnded,
        BulkActionGone,
        OrganizationSettingsSet,
        PowerSet,
        BufferSet,
        ConnectionRefused,

        AlertRuleSet = 80,
        AlertRecordSet,
        AlertRecordGone,
        AlertsDue,
        PlanUsed,

        CloudPcsCame = 90,
        StorageTermsSet,
        StorageAttached,
        StoragesDeleted,

        ReprovisionSet = 94,
        ReprovisionStepped,
        ReprovisionEnded,
        ReprovisionScheduled,

        CloudAppSet = 98,
        CloudAppGone,

        Earlier = 100,
        HoldersCounted,
        IdentityRecorded,
    }

    /// <summary>How the text of an attribute is written; the same in every format.</summary>
    public static TextKind KindOf(UserAttribute attribute) => attribute switch
    {
        UserAttribute.Mail => TextKind.Name,
        UserAttribute.GivenName or UserAttribute.MobilePhone or UserAttribute.FaxNumber or UserAttribute.EmployeeId
            or UserAttribute.OnPremisesDistinguishedName or UserAttribute.OnPremisesSecurityIdentifier or UserAttribute.OnPremisesImmutableId
            or UserAttribute.BusinessPhones or UserAttribute.OtherMails or UserAttribute.ProxyAddresses => TextKind.Own,
        _ => TextKind.Shared,
    };

    /// <summary>The checksum of a payload's bytes at its place.</summary>
    /// <param name="bytes">Everything before the checksum.</param>
    /// <param name="sequence">The event, or the version of a snapshot.</param>
    /// <param name="beside">The time of the event in ticks, or the part of a snapshot.</param>
    public static uint Checksum(ReadOnlySpan<byte> bytes, long sequence, long beside)
    {
        uint crc = BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, unchecked((ulong)sequence)), unchecked((ulong)beside));
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}

/// <summary>How a text is written.</summary>
internal enum TextKind
{
    /// <summary>As it is.</summary>
    Own,

    /// <summary>Like the user principal name, or a reference to it or to its local part.</summary>
    Name,

    /// <summary>One of few: a reference to where the payload had it before.</summary>
    Shared,
}
