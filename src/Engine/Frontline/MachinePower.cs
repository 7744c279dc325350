using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>The power of Frontline's machines.</summary>
internal sealed class MachinePower : FrontlineRoom
{
    public override CloudPcPower? PowerOf(CloudPc row) => row switch
    {
        { IsUsable: true } => row.Power ?? CloudPcPower.Off,
        { Power: { } power } => CloudPcPower.Off with { FirstConnections = power.FirstConnections },
        _ => null,
    };

    public override void BecomeDue(int index)
    {
    }

    public override void BecomeDue()
    {
    }

    public override void Settle()
    {
    }
}
