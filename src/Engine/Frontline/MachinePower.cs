using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>The power of Frontline's machines (B410).</summary>
internal sealed class MachinePower : IFrontline
{
    public CloudPcPower? PowerOf(CloudPc row) => row switch
    {
        { IsUsable: true } => row.Power ?? CloudPcPower.Off,
        { Power: { } power } => CloudPcPower.Off with { SignedOffAt = power.SignedOffAt, FirstConnections = power.FirstConnections },
        _ => null,
    };

    public void BecomeDue(int index)
    {
    }

    public void BecomeDue()
    {
    }

    public void Settle()
    {
    }
}
