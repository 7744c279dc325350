using System.Diagnostics.CodeAnalysis;

namespace Berth.Engine.Catalog;

/// <summary>The family a Cloud PC service plan belongs to (C28, C30).</summary>
public enum CloudPcKind : byte
{
    /// <summary>Made for a licensed user whom a provisioning policy covers.</summary>
    Enterprise,

    /// <summary>Made for a licensed user, without policy.</summary>
    Business,

    /// <summary>Bought for the tenant and used through policies; never assigned to users.</summary>
    Frontline,

    /// <summary>Up to ten days a year, allocated by policies.</summary>
    Reserve,
}

/// <summary>How big a Cloud PC is.</summary>
/// <param name="Processors">Virtual processors.</param>
/// <param name="Memory">GB.</param>
/// <param name="Disk">GB.</param>
public readonly record struct CloudPcSize(int Processors, int Memory, int Disk) : IComparable<CloudPcSize>
{
    /// <summary>By processors, then memory, then disk.</summary>
    public int CompareTo(CloudPcSize other) => (Processors, Memory, Disk).CompareTo((other.Processors, other.Memory, other.Disk));

    /// <summary>Smaller.</summary>
    public static bool operator <(CloudPcSize left, CloudPcSize right) => left.CompareTo(right) < 0;

    /// <summary>Bigger.</summary>
    public static bool operator >(CloudPcSize left, CloudPcSize right) => left.CompareTo(right) > 0;

    /// <summary>Not bigger.</summary>
    public static bool operator <=(CloudPcSize left, CloudPcSize right) => left.CompareTo(right) <= 0;

    /// <summary>Not smaller.</summary>
    public static bool operator >=(CloudPcSize left, CloudPcSize right) => left.CompareTo(right) >= 0;

    /// <summary>As people write it: <c>2vCPU/8GB/128GB</c> (C28).</summary>
    public override string ToString() => $"{Processors}vCPU/{Memory}GB/{Disk}GB";
}

/// <summary>A service plan that gives a Cloud PC.</summary>
/// <param name="Plan">Its index in the catalog.</param>
/// <param name="Id">The published id.</param>
/// <param name="Kind">Its family.</param>
/// <param name="Size">Its size.</param>
/// <param name="HasGraphics">Whether it has a graphics processor (B300): no concurrency buffer, no resize (C60, B420).</param>
public sealed record CloudPcPlan(int Plan, Guid Id, CloudPcKind Kind, CloudPcSize Size, bool HasGraphics = false)
{
    /// <summary>The published plans. Their names do not follow one pattern (C30, C31), so the size is never read from them.</summary>
    private static readonly Dictionary<Guid, (CloudPcKind Kind, CloudPcSize Size)> Published = new()
    {
        [new("86d70dbb-d4c6-4662-ba17-3014204cbb28")] = (CloudPcKind.Enterprise, new(1, 2, 64)),
        [new("23a25099-1b2f-4e07-84bd-b84606109438")] = (CloudPcKind.Enterprise, new(2, 4, 64)),
        [new("545e3611-3af8-49a5-9a0a-b7867968f4b0")] = (CloudPcKind.Enterprise, new(2, 4, 128)),
        [new("0d143570-9b92-4f57-adb5-e4efcd23b3bb")] = (CloudPcKind.Enterprise, new(2, 4, 256)),
        [new("3efff3fe-528a-4fc5-b1ba-845802cc764f")] = (CloudPcKind.Enterprise, new(2, 8, 128)),
        [new("d3468c8c-3545-4f44-a32f-b465934d2498")] = (CloudPcKind.Enterprise, new(2, 8, 256)),
        [new("2de9c682-ca3f-4f2b-b360-dfc4775db133")] = (CloudPcKind.Enterprise, new(4, 16, 128)),
        [new("9ecf691d-8b82-46cb-b254-cd061b2c02fb")] = (CloudPcKind.Enterprise, new(4, 16, 256)),
        [new("3bba9856-7cf2-4396-904a-00de74fba3a4")] = (CloudPcKind.Enterprise, new(4, 16, 512)),
        [new("2f3cdb12-bcde-4e37-8529-e9e09ec09e23")] = (CloudPcKind.Enterprise, new(8, 32, 128)),
        [new("69dc175c-dcff-4757-8389-d19e76acb45d")] = (CloudPcKind.Enterprise, new(8, 32, 256)),
        [new("0e837228-8250-4047-8a80-d4a34ba11658")] = (CloudPcKind.Enterprise, new(8, 32, 512)),
        [new("3b98b912-1720-4a1e-9630-c9a41dbb61d8")] = (CloudPcKind.Business, new(1, 2, 64)),
        [new("a790cd6e-a153-4461-83c7-e127037830b6")] = (CloudPcKind.Business, new(2, 4, 64)),
        [new("1a13832e-cd79-497d-be76-24186f55c8b0")] = (CloudPcKind.Business, new(2, 4, 128)),
        [new("a0b1c075-51c9-4a42-b34c-308f3993bb7e")] = (CloudPcKind.Business, new(2, 4, 256)),
        [new("9d2eed2c-b0c0-4a89-940c-bc303444a41b")] = (CloudPcKind.Business, new(2, 8, 128)),
        [new("1a3ef005-2ef6-434b-8be1-faa56c892854")] = (CloudPcKind.Business, new(2, 8, 256)),
        [new("1d4f75d3-a19b-49aa-88cb-f1ea1690b550")] = (CloudPcKind.Business, new(4, 16, 128)),
        [new("30f6e561-8805-41d0-80ce-f82698b72d7d")] = (CloudPcKind.Business, new(4, 16, 256)),
        [new("15499661-b229-4a1f-b0f9-bd5832ef7b3e")] = (CloudPcKind.Business, new(4, 16, 512)),
        [new("648005fc-b330-4bd9-8af6-771f28958ac0")] = (CloudPcKind.Business, new(8, 32, 128)),
        [new("d7a5113a-0276-4dc2-94f8-ca9f2c5ae078")] = (CloudPcKind.Business, new(8, 32, 256)),
        [new("4229a0b4-7f34-4835-b068-6dc8d10be57c")] = (CloudPcKind.Business, new(8, 32, 512)),
        [new("cbbedc49-52d5-4fd6-82ac-a5bc51634dc3")] = (CloudPcKind.Business, new(16, 64, 512)),
        [new("37c961db-2cfd-4e13-b81e-b0059ce10e34")] = (CloudPcKind.Business, new(16, 64, 1024)),
        [new("64981bdb-a5a6-4a22-869f-a9455366d5bc")] = (CloudPcKind.Frontline, new(2, 4, 64)),
        [new("51855c77-4d2e-4736-be67-6dca605f2b57")] = (CloudPcKind.Frontline, new(2, 4, 128)),
        [new("aa8fbe7b-695c-4c05-8d45-d1dddf6f7616")] = (CloudPcKind.Frontline, new(2, 4, 256)),
        [new("057efbfe-a95d-4263-acb0-12b4a31fed8d")] = (CloudPcKind.Frontline, new(2, 8, 128)),
        [new("50ef7026-6174-40ba-bff7-f0e4fcddbf65")] = (CloudPcKind.Frontline, new(2, 8, 256)),
        [new("dd3801e2-4aa1-4b16-a44b-243e55497584")] = (CloudPcKind.Frontline, new(4, 16, 128)),
        [new("2d1d344e-d10c-41bb-953b-b3a47521dca0")] = (CloudPcKind.Frontline, new(4, 16, 256)),
        [new("48b82071-99a5-4214-b493-406a637bd68d")] = (CloudPcKind.Frontline, new(4, 16, 512)),
        [new("e4dee41f-a5c5-457d-b7d3-c309986fdbb2")] = (CloudPcKind.Frontline, new(8, 32, 128)),
        [new("1e2321a0-f81c-4d43-a0d5-9895125706b8")] = (CloudPcKind.Frontline, new(8, 32, 256)),
        [new("fa0b4021-0f60-4d95-bf68-95036285282a")] = (CloudPcKind.Frontline, new(8, 32, 512)),
    };

    /// <summary>The name people read: <c>Cloud PC Enterprise 4vCPU/16GB/256GB</c> (C35).</summary>
    public string DisplayName { get; } = $"Cloud PC {Kind} {Size}{(HasGraphics ? " GPU" : "")}";

    /// <summary>The plan as a Cloud PC plan: by its id when it is published, else by its name (B300).</summary>
    /// <returns>False when it gives no Cloud PC.</returns>
    public static bool TryRead(ServicePlan plan, [NotNullWhen(true)] out CloudPcPlan? cloudPc)
    {
        cloudPc = Published.TryGetValue(plan.Id, out (CloudPcKind Kind, CloudPcSize Size) known)
            ? new CloudPcPlan(plan.Index, plan.Id, known.Kind, known.Size)
            : ByName(plan.Name) is { } named ? new CloudPcPlan(plan.Index, plan.Id, named.Kind, named.Size, named.HasGraphics) : null;
        return cloudPc is not null;
    }

    private static (CloudPcKind Kind, CloudPcSize Size, bool HasGraphics)? ByName(string name)
    {
        string[] parts = name.Split('_');
        bool graphics = parts.Length == 6 && parts[5] == "GPU";
        if ((parts.Length != 5 && !graphics) || parts[0] != "CPC")
        {
            return null;
        }

        CloudPcKind? kind = parts[1] switch
        {
            "E" => CloudPcKind.Enterprise,
            "B" => CloudPcKind.Business,
            "S" => CloudPcKind.Frontline,
            "R" => CloudPcKind.Reserve,
            _ => null,
        };
        return kind is { } family
            && Number(parts[2], "C") is { } processors
            && Number(parts[3], family == CloudPcKind.Business ? "RAM" : "GB") is { } memory
            && Number(parts[4], "GB") is { } disk
            ? (family, new CloudPcSize(processors, memory, disk), graphics)
            : null;
    }

    // At most five digits: no machine is bigger, and nothing overflows.
    private static int? Number(string text, string unit)
    {
        if (!text.EndsWith(unit, StringComparison.Ordinal) || text.Length - unit.Length is < 1 or > 5)
        {
            return null;
        }

        int number = 0;
        foreach (char digit in text.AsSpan(0, text.Length - unit.Length))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return null;
            }

            number = (number * 10) + (digit - '0');
        }

        return number > 0 ? number : null;
    }
}
