using Mana.Devices;

// Plays the story of two devices against a running host. 0: every device agrees with the server; 1: it does not, or there is no host.
var server = new Uri(Environment.GetEnvironmentVariable("MANA_URL") is { Length: > 0 } url ? url : "http://localhost:3001");
try
{
    var end = await new TwoDeviceStory(server, Console.WriteLine).PlayAsync();
    Console.WriteLine();
    Console.WriteLine(end.Problems.Count == 0
        ? "The end: nothing lost, nothing twice, all the same."
        : $"The end, with {end.Problems.Count} thing(s) wrong: see WRONG above.");
    return end.Problems.Count == 0 ? 0 : 1;
}
catch (HttpRequestException exception)
{
    await Console.Error.WriteLineAsync($"The story stopped at {server}: {exception.Message}");
    await Console.Error.WriteLineAsync("Is the host running? infra/run starts it; MANA_URL says where it is.");
    return 1;
}
