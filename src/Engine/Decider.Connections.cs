namespace Berth.Engine;

/// <content>Azure network connections (C168 to C179).</content>
internal sealed partial class Decider
{
    private Refusal? CreateConnection(Command.CreateConnection command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? UpdateConnection(Command.UpdateConnection command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? DeleteConnection(Command.DeleteConnection command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? RunHealthChecks(Command.RunHealthChecks command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? SetConnectionPassword(Command.SetConnectionPassword command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? SimulateChecks(Command.SimulateChecks command) => throw new NotImplementedException(command.GetType().Name + _now);
}
