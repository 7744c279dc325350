namespace Berth.Engine;

/// <content>Device images (C142).</content>
internal sealed partial class Decider
{
    private Refusal? CreateDeviceImage(Command.CreateDeviceImage command) => throw new NotImplementedException(command.GetType().Name + _now);

    private Refusal? DeleteDeviceImage(Command.DeleteDeviceImage command) => throw new NotImplementedException(command.GetType().Name + _now);
}
