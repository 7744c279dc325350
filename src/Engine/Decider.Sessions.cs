namespace Berth.Engine;

/// <content>Sessions on Cloud PCs (B285).</content>
internal sealed partial class Decider
{
    private Refusal? StartSession(Command.StartSession command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? EndSession(Command.EndSession command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? DisconnectSession(Command.DisconnectSession command) => throw new NotImplementedException(command.GetType().Name + _now);
}
