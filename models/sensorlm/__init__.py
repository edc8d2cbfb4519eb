"""SensorLM: captions of sensor data at three levels, and one space for windows and sentences."""
