namespace Berth.Engine;

/// <content>Provisioning policies and the groups they are assigned to (C137 to C158).</content>
internal sealed partial class Decider
{
    private Refusal? CreatePolicy(Command.CreatePolicy command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? UpdatePolicy(Command.UpdatePolicy command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? DeletePolicy(Command.DeletePolicy command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? AssignPolicy(Command.AssignPolicy command) => throw new NotImplementedException(command.GetType().Name + _now);
}
