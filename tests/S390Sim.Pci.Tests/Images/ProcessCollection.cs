namespace S390Sim.Pci.Tests;

/// <summary>
/// Tests that begin processes, and those that close an image file and open it again: a child holds its parent's locks for the
/// moment before its own program begins, so they run one after another.
/// </summary>
[CollectionDefinition("processes")]
public sealed class ProcessCollection;
